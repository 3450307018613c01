/** The session that stands in the page, as a source of the player. */
import type { Head } from "@kulti/protocol/wire.ts";
import type { Clock, Source } from "../../player/index.ts";
import type { RecordedSession } from "../recorded-session.ts";

/** For each frame: the first picture comes soon, and the page answers keys while a long session is folded. */
const frameEvents = 1_000;

export function createMemorySource(
  { events, messages = [] }: RecordedSession,
  clock: Pick<Clock, "frame">,
): Source {
  let isStopped = false;
  return {
    start(handlers) {
      const give = (from: number) => {
        if (isStopped) return;
        const to = from + frameEvents;
        handlers.events(events.slice(from, to));
        if (to >= events.length) handlers.connection("live");
        else clock.frame(() => give(to));
      };
      handlers.connection("catching_up");
      handlers.messages(messages);
      give(0);
    },
    stop() {
      isStopped = true;
    },
  };
}

/** Nothing comes to the page after the export, even where the session went on: for the player it is over. */
export function headOfPage({ head, events }: RecordedSession): Head {
  return { ...head, ended_at: head.ended_at ?? head.last_event_at, to_seq: events.length };
}
