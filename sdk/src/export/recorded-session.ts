/** A session for export: everything that any viewer may read. */
import type { StoredEvent } from "@kulti/protocol/event.ts";
import type { Head, Message } from "@kulti/protocol/wire.ts";

export interface RecordedSession {
  head: Head;
  /** All events, ascending by `seq`. */
  events: readonly StoredEvent[];
  /** The chat, ascending by `seq`. Absent if the export leaves it out. */
  messages?: readonly Message[];
}

/** An event or a message. Its clock starts at 0 with the first event and never runs backwards. */
export type SessionItem = { atMs: number } & (
  | { kind: "event"; event: StoredEvent }
  | { kind: "message"; message: Message }
);

/** Events keep the order of `seq`. A message follows the events that happened before it. */
export function* itemsOf({ events, messages = [] }: RecordedSession): Generator<SessionItem> {
  const startMs = Date.parse(events[0]?.at ?? messages[0]?.at ?? "");
  let nowMs = 0;
  let next = 0;
  const advance = (at: string) => {
    nowMs = Math.max(nowMs, Date.parse(at) - startMs || 0);
    return nowMs;
  };
  for (const event of events) {
    for (; next < messages.length; next++) {
      const message = messages[next];
      if (!message || !(Date.parse(message.at) < Date.parse(event.at))) break;
      yield { kind: "message", atMs: advance(message.at), message };
    }
    yield { kind: "event", atMs: advance(event.at), event };
  }
  for (const message of messages.slice(next)) {
    yield { kind: "message", atMs: advance(message.at), message };
  }
}

/** The title of a session: its task, or else its agent. */
export const titleOf = ({ head }: RecordedSession): string =>
  head.task?.title ?? `A session of ${head.agent_name}`;
