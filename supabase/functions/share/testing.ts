/** Shared by the tests of this function. */
import type { Head } from "../_shared/protocol/wire.ts";

export const sessionId = "6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11";

export const headOf = (more: Partial<Head> = {}): Head => ({
  session_id: sessionId,
  agent_id: "night-owl",
  agent_name: "Night Owl",
  avatar_url: null,
  status: "thinking",
  task: { title: "Fix the parser" },
  goal: null,
  latest: "It loses the last line.",
  to_seq: 6,
  messages_to: 0,
  viewers: 1,
  counts: { thoughts: 3, code: 1, terminal: 2, errors: 0 },
  started_at: "2026-11-22T10:00:00Z",
  last_event_at: "2026-11-22T10:12:00Z",
  ended_at: null,
  live: true,
  live_sessions: 1,
  listed: true,
  rewritten_at: null,
  topic: `session:${sessionId}`,
  ...more,
});
