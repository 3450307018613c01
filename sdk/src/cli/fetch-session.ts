/** A session as any viewer reads it: its head, all its events, its chat. */
import { agentIdPattern, uuidPattern } from "@kulti/protocol/routes.ts";
import { trimEnd } from "@kulti/protocol/text.ts";
import type { RecordedSession } from "../export/index.ts";
import { limitedFetch } from "../watch/time-limit.ts";
import { UsageError } from "./command.ts";

export interface ReadAccess {
  /** URL of the project. */
  server: string;
  publishable_key: string;
}

/** The parts of a watch URL, or a session id. */
export interface SessionName {
  /** The site of a URL, without a slash at the end. */
  siteUrl: string | null;
  agentId: string | null;
  /** Null for an agent's latest session. */
  sessionId: string | null;
}

/** Reads `<site>/watch/<agent>[/<session>]`, or a session's id. */
export function readSessionName(text: string): SessionName {
  if (uuidPattern.test(text)) return { siteUrl: null, agentId: null, sessionId: text };
  const url = URL.canParse(text) ? new URL(text) : null;
  const [, folder = "", agentId = "", sessionId = null] =
    /^(.*)\/(?:watch|embed)\/([^/]+)(?:\/([^/]+))?\/?$/.exec(url?.pathname ?? "") ?? [];
  const isNamed = agentIdPattern.test(agentId) && (!sessionId || uuidPattern.test(sessionId));
  if (url && /^https?:$/.test(url.protocol) && isNamed) {
    return { siteUrl: url.origin + folder, agentId, sessionId };
  }
  throw new UsageError(`${text} is not a session id or a watch URL`);
}

/** The configuration that the site's own pages read; it is public. */
export async function readSiteConfig(siteUrl: string): Promise<ReadAccess> {
  const address = `${siteUrl}/config.json`;
  const response = await limitedFetch(address).catch((cause: Error) => {
    throw new Error(`Cannot reach ${address}: ${cause.message}.`);
  });
  const { api_url: apiUrl, publishable_key: publishableKey } = response.ok
    ? await response.json().catch(() => ({}))
    : {};
  if (typeof apiUrl !== "string" || typeof publishableKey !== "string") {
    throw new Error(`Cannot read ${address}: it is not the configuration of a Kulti site.`);
  }
  return { server: trimEnd(apiUrl, "/"), publishable_key: publishableKey };
}

export async function fetchSession(
  { server, publishable_key: publishableKey }: ReadAccess,
  { agentId, sessionId }: SessionName,
): Promise<RecordedSession> {
  // Loaded when it is needed: the other commands start without the client libraries of Supabase.
  const { createKultiApi, readSession } = await import("../watch/index.ts");
  const api = createKultiApi({ apiUrl: server, publishableKey });
  if (sessionId) return readSession(api, sessionId);
  const [latest] = await api.findSessions({ agent_id: agentId ?? "", max_rows: 1 });
  if (latest) return readSession(api, latest.session_id);
  throw new Error(`Cannot export: ${agentId} has no public session.`);
}
