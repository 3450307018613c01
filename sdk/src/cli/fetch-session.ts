/** A session as any viewer reads it: its head, all its events, its chat. */
import { agent_id_pattern, rpcs, uuid_pattern } from "@kulti/protocol/routes.ts";
import { trim_end } from "@kulti/protocol/text.ts";
import type { Head } from "@kulti/protocol/wire.ts";
import type { RecordedSession } from "../export/index.ts";
import { limited_fetch } from "../watch/time-limit.ts";
import { UsageError } from "./command.ts";

export interface ReadAccess {
  /** URL of the project. */
  server: string;
  publishable_key: string;
}

/** What a watch URL or a session id names. */
export interface SessionName {
  /** The site of a URL, without a slash at the end. */
  site_url: string | null;
  agent_id: string | null;
  /** Null for an agent's latest session. */
  session_id: string | null;
}

/** Reads `<site>/watch/<agent>[/<session>]`, or a session's id. */
export function read_session_name(text: string): SessionName {
  if (uuid_pattern.test(text)) return { site_url: null, agent_id: null, session_id: text };
  const url = URL.canParse(text) ? new URL(text) : null;
  const [, folder = "", agent_id = "", session_id = null] =
    /^(.*)\/(?:watch|embed)\/([^/]+)(?:\/([^/]+))?\/?$/.exec(url?.pathname ?? "") ?? [];
  const is_named =
    agent_id_pattern.test(agent_id) && (!session_id || uuid_pattern.test(session_id));
  if (url && /^https?:$/.test(url.protocol) && is_named) {
    return { site_url: url.origin + folder, agent_id, session_id };
  }
  throw new UsageError(`${text} is neither a session's id nor a watch URL`);
}

/** Where the site's own pages read; it is public, as the pages are. */
export async function read_site_config(site_url: string): Promise<ReadAccess> {
  const address = `${site_url}/config.json`;
  const response = await limited_fetch(address).catch((cause: Error) => {
    throw new Error(`Cannot reach ${address}: ${cause.message}.`);
  });
  const { api_url, publishable_key } = response.ok ? await response.json().catch(() => ({})) : {};
  if (typeof api_url !== "string" || typeof publishable_key !== "string") {
    throw new Error(`Cannot read ${address}: it is no configuration of a Kulti site.`);
  }
  return { server: trim_end(api_url, "/"), publishable_key };
}

export async function fetch_session(
  access: ReadAccess,
  { agent_id, session_id }: SessionName,
): Promise<RecordedSession> {
  const id = session_id ?? (await latest_session(access, agent_id ?? ""));
  const head = await call<Head>(access, rpcs.session_head, { session_id: id });
  const events: RecordedSession["events"][number][] = [];
  for (;;) {
    const after_seq = events.at(-1)?.seq ?? 0;
    const page = await call<typeof events>(access, rpcs.session_events, {
      session_id: id,
      after_seq,
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

async function latest_session(access: ReadAccess, agent_id: string): Promise<string> {
  const [head] = await call<Head[]>(access, rpcs.find_sessions, { agent_id, max_rows: 1 });
  if (head) return head.session_id;
  throw new Error(`Cannot export: ${agent_id} has no public session.`);
}

async function call<Result>(
  { server, publishable_key }: ReadAccess,
  name: string,
  args: object,
): Promise<Result> {
  const response = await limited_fetch(`${server}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: publishable_key },
    body: JSON.stringify(args),
  }).catch((cause: Error) => {
    throw new Error(`Cannot reach ${server}: ${cause.message}.`);
  });
  const body = await response.json().catch(() => null);
  const is_list = name !== rpcs.session_head;
  if (response.ok && body !== null && Array.isArray(body) === is_list) return body as Result;
  const why = response.ok ? "something that is not Kulti's" : response.status;
  throw new Error(body?.message ?? `Cannot read from ${server}: it answered ${why}.`);
}
