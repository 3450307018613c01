/** Sessions for tests of the exporters: made up, and at random. */
import { stored_events } from "@kulti/protocol/arbitrary.ts";
import type { AgentEvent, StoredEvent } from "@kulti/protocol/event.ts";
import { empty_stage, fold_all } from "@kulti/protocol/fold.ts";
import type { Head, Message } from "@kulti/protocol/wire.ts";
import fc from "fast-check";
import type { RecordedSession } from "../src/export/session.ts";

const session_id = "6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11";

export function head_of(events: readonly StoredEvent[], more: Partial<Head> = {}): Head {
  const stage = fold_all(empty_stage, events);
  const started_at = events[0]?.at ?? "2026-11-22T10:00:00.000Z";
  return {
    session_id,
    agent_id: "night-owl",
    agent_name: "Night Owl",
    avatar_url: null,
    status: stage.status,
    task: stage.task,
    goal: stage.goal,
    latest: stage.thoughts.last?.content.slice(0, 100) ?? null,
    to_seq: events.length,
    messages_to: 0,
    viewers: 0,
    counts: {
      thoughts: stage.thoughts.length,
      code: stage.files.length,
      terminal: stage.terminal.length,
      errors: stage.errors.length,
    },
    started_at,
    last_event_at: events.at(-1)?.at ?? started_at,
    ended_at: null,
    live: false,
    live_sessions: 0,
    listed: true,
    topic: `session:${session_id}`,
    ...more,
  };
}

/** Events given as `[seconds from the start, type, data]`. */
export function session_of(
  list: [at_s: number, type: AgentEvent["type"], data: object][],
  more: { head?: Partial<Head>; messages?: Message[] } = {},
): RecordedSession {
  const start_ms = Date.parse("2026-11-22T10:00:00Z");
  const events = list.map(([at_s, type, data], index) => ({
    seq: index + 1,
    id: `e${index + 1}`,
    type,
    at: new Date(start_ms + at_s * 1_000).toISOString(),
    data,
  })) as StoredEvent[];
  return { head: head_of(events, more.head), events, messages: more.messages ?? [] };
}

export function message_of(seq: number, at_s: number, text: string, name = "Ada"): Message {
  return {
    seq,
    id: `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`,
    session_id,
    sender: name === "Night Owl" ? "agent" : "viewer",
    name,
    text,
    at: new Date(Date.parse("2026-11-22T10:00:00Z") + at_s * 1_000).toISOString(),
  };
}

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const message = fc
  .tuple(fc.integer({ min: 0, max: 400 }), text, text)
  .map(([at_s, name, said]) => ({ at_s, name, said }));

export const sessions: fc.Arbitrary<RecordedSession> = fc
  .tuple(stored_events, fc.array(message, { maxLength: 4 }))
  .map(([events, said]) => ({
    head: head_of(events),
    events,
    messages: said.map(({ at_s, name, said }, index) => message_of(index + 1, at_s, said, name)),
  }));
