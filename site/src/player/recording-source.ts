/**
 * A session that has ended: nothing will be added, so its events are read page by page, several at a time, and no
 * channel is joined. `seq` has no gaps, which tells where a page that was not read yet begins.
 */
import { type Head, limits, type StoredEvent } from "@kulti/protocol";
import { type KultiApi, KultiApiError } from "kulti/watch";
import type { Clock } from "./clock.ts";
import type { Problem, Source, SourceHandlers } from "./source.ts";

export interface RecordingSourceOptions {
  api: Pick<KultiApi, "session_events" | "session_messages">;
  head: Head;
  clock: Clock;
}

/** More would only queue in the browser or the database. */
const reads_at_once = 4;
const retry_ms = 3_000;

export function create_recording_source({ api, head, clock }: RecordingSourceOptions): Source {
  const abort = new AbortController();
  const { session_id, to_seq } = head;

  const read_all = async (handlers: SourceHandlers) => {
    let shown_to = 0;
    const ahead = new Map<number, Promise<StoredEvent[]>>();
    const read = (after_seq: number) => {
      const known = ahead.get(after_seq);
      if (known) return known;
      const page = patiently(
        () => api.session_events(session_id, after_seq, abort.signal),
        handlers,
      );
      // Handled where it is awaited, or not at all when the visit is over.
      page.catch(() => {});
      ahead.set(after_seq, page);
      return page;
    };
    while (shown_to < to_seq) {
      for (let number = 0; number < reads_at_once; number++) {
        const after_seq = shown_to + number * limits.page_rows;
        // The first page alone, so that it comes soon.
        if (after_seq < to_seq && (shown_to > 0 || number === 0)) void read(after_seq);
      }
      const page = await read(shown_to);
      for (const after_seq of ahead.keys()) if (after_seq <= shown_to) ahead.delete(after_seq);
      if (page.length === 0) throw gone(shown_to + 1);
      if (abort.signal.aborted) return;
      handlers.connection("catching_up");
      handlers.events(page);
      // What comes meanwhile would take the cores from drawing the first picture, 50 ms.
      if (shown_to === 0) await picture_after(clock);
      shown_to = page.at(-1)?.seq ?? shown_to;
      // What was read ahead from a place that a page cut short by its bytes went past is not needed.
      for (const after_seq of ahead.keys()) if (after_seq < shown_to) ahead.delete(after_seq);
    }
  };

  const read_messages = async (handlers: SourceHandlers) => {
    let after = 0;
    while (after < head.messages_to) {
      const from = after;
      const page = await patiently(
        () => api.session_messages(session_id, from, abort.signal),
        handlers,
      );
      if (page.length === 0 || abort.signal.aborted) return;
      handlers.messages(page);
      after = page.at(-1)?.seq ?? after;
    }
  };

  /** Asks again as long as the server can't be reached; a refusal is final. */
  const patiently = async <T>(ask: () => Promise<T>, handlers: SourceHandlers): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (abort.signal.aborted || !is_passing(error)) throw error;
        handlers.connection("offline");
        await new Promise((resolve) => setTimeout(resolve, retry_ms));
      }
    }
  };

  return {
    start(handlers) {
      handlers.connection("connecting");
      read_all(handlers)
        .then(() => {
          if (!abort.signal.aborted) handlers.connection("live");
        })
        .catch((error) => {
          if (!abort.signal.aborted) handlers.problem(problem_of(error));
        });
      read_messages(handlers).catch(() => {});
    },
    stop: () => abort.abort(),
  };
}

/** The frame after the next begins when the next has been drawn. */
const picture_after = (clock: Clock): Promise<void> =>
  new Promise((resolve) => clock.frame(() => clock.frame(resolve)));

const is_passing = (error: unknown): boolean => !(error instanceof KultiApiError) || error.may_pass;

const problem_of = (error: unknown): Problem =>
  error instanceof KultiApiError
    ? { code: error.code, message: error.message }
    : { code: "unreachable", message: String(error) };

const gone = (seq: number) =>
  new KultiApiError(404, "session_not_found", `Cannot read event ${seq}: it is no longer there.`);
