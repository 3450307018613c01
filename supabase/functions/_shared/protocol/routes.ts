/** Names on the wire: functions, channels, broadcasts and RPCs. */
export const functionsPath = "/functions/v1";

export const routes = {
  ingest: `${functionsPath}/ingest`,
  ingest_hook: `${functionsPath}/ingest/hook`,
  ingest_health: `${functionsPath}/ingest/health`,
  agents: `${functionsPath}/agents`,
  agent_keys: `${functionsPath}/agents/keys`,
  agent_scrub: `${functionsPath}/agents/scrub`,
  chat: `${functionsPath}/chat`,
  oembed: `${functionsPath}/share/oembed`,
} as const;

/** A session's picture for link previews, 1200 × 630. */
export const cardRoute = (sessionId: string): string =>
  `${functionsPath}/share/card/${sessionId}.svg`;

/** The private channel of a public session. `Head.topic` names the others. */
export const sessionTopic = (sessionId: string): string => `session:${sessionId}`;

/** The private channel of everything public that is live. */
export const lobbyTopic = "lobby";

export const broadcastEvents = {
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

export const keyPrefix = "klt_";

export const agentIdPattern = /^[a-z0-9][a-z0-9-]{1,62}$/;
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
