/** Names on the wire: functions, channels, broadcasts and RPCs. */
export const functions_path = "/functions/v1";

export const routes = {
  ingest: `${functions_path}/ingest`,
  ingest_hook: `${functions_path}/ingest/hook`,
  ingest_health: `${functions_path}/ingest/health`,
  agents: `${functions_path}/agents`,
  agent_keys: `${functions_path}/agents/keys`,
  chat: `${functions_path}/chat`,
  oembed: `${functions_path}/share/oembed`,
} as const;

/** The picture of a session for previews of links, 1200 × 630. */
export const card_route = (session_id: string): string =>
  `${functions_path}/share/card/${session_id}.svg`;

/** The private channel of a public session. Others are told by `Head.topic`. */
export const session_topic = (session_id: string): string => `session:${session_id}`;

/** The private channel of everything public that is live. */
export const lobby_topic = "lobby";

export const broadcast_events = {
  frame: "frame",
  head: "head",
  message: "message",
  changed: "changed",
} as const;

/** RPCs that viewers may call. */
export const rpcs = {
  find_agent: "find_agent",
  find_sessions: "find_sessions",
  session_head: "session_head",
  session_events: "session_events",
  session_messages: "session_messages",
  touch_viewer: "touch_viewer",
  session_stats: "session_stats",
  agent_stats: "agent_stats",
  search_events: "search_events",
} as const;

export const key_prefix = "klt_";

export const agent_id_pattern = /^[a-z0-9][a-z0-9-]{1,62}$/;
export const uuid_pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
