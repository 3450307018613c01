/** The page's session as a source for the player. */
import type { Head } from "@kulti/protocol/wire.ts";
import type { Clock, Source } from "../../player/index.ts";
import type { RecordedSession } from "../recorded-session.ts";

/** The number of events per frame. The page shows a first picture soon and handles keys while it folds the rest. */
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

/** Marks the session as ended. It may have continued after the export, but the page gets no more events. */
export function headOfPage({ head, events }: RecordedSession): Head {
  return { ...head, ended_at: head.ended_at ?? head.last_event_at, to_seq: events.length };
}
