/** A session as any viewer reads it: its head, all its events, its chat. */
import { agentIdPattern, rpcs, uuidPattern } from "@kulti/protocol/routes.ts";
import { trimEnd } from "@kulti/protocol/text.ts";
import type { Head } from "@kulti/protocol/wire.ts";
import type { RecordedSession } from "../export/index.ts";
import { limitedFetch } from "../watch/time-limit.ts";
import { UsageError } from "./command.ts";

export interface ReadAccess {
  /** URL of the project. */
  server: string;
  publishable_key: string;
}

/** What a watch URL or a session id names. */
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
  throw new UsageError(`${text} is neither a session's id nor a watch URL`);
}

/** Where the site's own pages read; it is public, as the pages are. */
export async function readSiteConfig(siteUrl: string): Promise<ReadAccess> {
  const address = `${siteUrl}/config.json`;
  const response = await limitedFetch(address).catch((cause: Error) => {
    throw new Error(`Cannot reach ${address}: ${cause.message}.`);
  });
  const { api_url: apiUrl, publishable_key: publishableKey } = response.ok
    ? await response.json().catch(() => ({}))
    : {};
  if (typeof apiUrl !== "string" || typeof publishableKey !== "string") {
    throw new Error(`Cannot read ${address}: it is no configuration of a Kulti site.`);
  }
  return { server: trimEnd(apiUrl, "/"), publishable_key: publishableKey };
}

export async function fetchSession(
  access: ReadAccess,
  { agentId, sessionId }: SessionName,
): Promise<RecordedSession> {
  const id = sessionId ?? (await latestSession(access, agentId ?? ""));
  const head = await call<Head>(access, rpcs.session_head, { session_id: id });
  const events: RecordedSession["events"][number][] = [];
  for (;;) {
    const afterSeq = events.at(-1)?.seq ?? 0;
    const page = await call<typeof events>(access, rpcs.session_events, {
      session_id: id,
      after_seq: afterSeq,
    });
    if (page.length === 0) break;
    for (const event of page) events.push(event);
  }
  const messages: NonNullable<RecordedSession["messages"]>[number][] = [];
  for (;;) {
    const after = messages.at(-1)?.seq ?? 0;
    const page = await call<typeof messages>(access, rpcs.session_messages, {
      session_id: id,
      after,
    });
    if (page.length === 0) break;
    messages.push(...page);
  }
  return { head, events, messages };
}

async function latestSession(access: ReadAccess, agentId: string): Promise<string> {
  const [head] = await call<Head[]>(access, rpcs.find_sessions, { agent_id: agentId, max_rows: 1 });
  if (head) return head.session_id;
  throw new Error(`Cannot export: ${agentId} has no public session.`);
}

async function call<Result>(
  { server, publishable_key: publishableKey }: ReadAccess,
  name: string,
  args: object,
): Promise<Result> {
  const response = await limitedFetch(`${server}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: publishableKey },
    body: JSON.stringify(args),
  }).catch((cause: Error) => {
    throw new Error(`Cannot reach ${server}: ${cause.message}.`);
  });
  const body = await response.json().catch(() => null);
  const isList = name !== rpcs.session_head;
  if (response.ok && body !== null && Array.isArray(body) === isList) return body as Result;
  const why = response.ok ? "something that is not Kulti's" : response.status;
  throw new Error(body?.message ?? `Cannot read from ${server}: it answered ${why}.`);
}
