/** Sessions for tests of the exporters: fixed ones and random ones. */
import { storedEvents } from "@kulti/protocol/arbitrary.ts";
import type { AgentEvent, StoredEvent } from "@kulti/protocol/event.ts";
import { emptyStage, foldAll } from "@kulti/protocol/fold/fold.ts";
import type { Head, Message } from "@kulti/protocol/wire.ts";
import fc from "fast-check";
import type { RecordedSession } from "../src/export/recorded-session.ts";

const sessionId = "6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11";

function headOf(events: readonly StoredEvent[], more: Partial<Head> = {}): Head {
  const stage = foldAll(emptyStage, events);
  const startedAt = events[0]?.at ?? "2026-11-22T10:00:00.000Z";
  return {
    session_id: sessionId,
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
    started_at: startedAt,
    last_event_at: events.at(-1)?.at ?? startedAt,
    ended_at: null,
    live: false,
    live_sessions: 0,
    listed: true,
    rewritten_at: null,
    topic: `session:${sessionId}`,
    ...more,
  };
}

/** Makes events from `[seconds from the start, type, data]`. */
export function sessionOf(
  list: [atS: number, type: AgentEvent["type"], data: object][],
  more: { head?: Partial<Head>; messages?: Message[] } = {},
): RecordedSession {
  const startMs = Date.parse("2026-11-22T10:00:00Z");
  const events = list.map(([atS, type, data], index) => ({
    seq: index + 1,
    id: `e${index + 1}`,
    type,
    at: new Date(startMs + atS * 1_000).toISOString(),
    data,
  })) as StoredEvent[];
  return { head: headOf(events, more.head), events, messages: more.messages ?? [] };
}

export function messageOf(seq: number, atS: number, text: string, name = "Ada"): Message {
  return {
    seq,
    id: `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`,
    session_id: sessionId,
    sender: name === "Night Owl" ? "agent" : "viewer",
    name,
    text,
    at: new Date(Date.parse("2026-11-22T10:00:00Z") + atS * 1_000).toISOString(),
  };
}

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const message = fc
  .tuple(fc.integer({ min: 0, max: 400 }), text, text)
  .map(([atS, name, said]) => ({ atS, name, said }));

export const sessions: fc.Arbitrary<RecordedSession> = fc
  .tuple(storedEvents, fc.array(message, { maxLength: 4 }))
  .map(([events, said]) => ({
    head: headOf(events),
    events,
    messages: said.map(({ atS, name, said }, index) => messageOf(index + 1, atS, said, name)),
  }));
