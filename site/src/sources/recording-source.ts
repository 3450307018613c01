/**
 * A session that has ended: nothing will be added, so its events are read page by page, several at a time, and no
 * channel is joined. `seq` has no gaps, which tells where a page that was not read yet begins.
 */
import { type Head, limits, type StoredEvent } from "@kulti/protocol";
import type { Clock, Problem, Source, SourceHandlers } from "kulti/player";
import { type KultiApi, KultiApiError } from "kulti/watch";

export interface RecordingSourceOptions {
  api: Pick<KultiApi, "sessionEvents" | "sessionMessages">;
  head: Head;
  clock: Clock;
}

/** More would only queue in the browser or the database. */
const readsAtOnce = 4;
const retryMs = 3_000;

export function createRecordingSource({ api, head, clock }: RecordingSourceOptions): Source {
  const abort = new AbortController();
  const { session_id: sessionId, to_seq: toSeq } = head;

  const readAll = async (handlers: SourceHandlers) => {
    let shownTo = 0;
    /** Rows of the last page: one that its bytes cut short is shorter than `limits.page_rows`, and so are its neighbours. */
    let pageRows: number = limits.page_rows;
    const ahead = new Map<number, Promise<StoredEvent[]>>();
    const read = (afterSeq: number) => {
      const known = ahead.get(afterSeq);
      if (known) return known;
      const page = patiently(() => api.sessionEvents(sessionId, afterSeq, abort.signal), handlers);
      // Handled where it is awaited, or not at all when the visit is over.
      page.catch(() => {});
      ahead.set(afterSeq, page);
      return page;
    };
    while (shownTo < toSeq) {
      for (let number = 0; number < readsAtOnce; number++) {
        const afterSeq = shownTo + number * pageRows;
        // The first page alone, so that it comes soon.
        if (afterSeq < toSeq && (shownTo > 0 || number === 0)) void read(afterSeq);
      }
      const page = await read(shownTo);
      for (const afterSeq of ahead.keys()) if (afterSeq <= shownTo) ahead.delete(afterSeq);
      if (page.length === 0) throw gone(shownTo + 1);
      if (abort.signal.aborted) return;
      handlers.connection("catching_up");
      handlers.events(page);
      // What comes meanwhile would take the cores from drawing the first picture, 50 ms.
      if (shownTo > 0) pageRows = page.length;
      if (shownTo === 0) await pictureAfter(clock);
      shownTo = page.at(-1)?.seq ?? shownTo;
      // What was read ahead from a place that a page cut short by its bytes went past is not needed.
      for (const afterSeq of ahead.keys()) if (afterSeq < shownTo) ahead.delete(afterSeq);
    }
  };

  const readMessages = async (handlers: SourceHandlers) => {
    let after = 0;
    while (after < head.messages_to) {
      const from = after;
      const page = await patiently(
        () => api.sessionMessages(sessionId, from, abort.signal),
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
        if (abort.signal.aborted || !isPassing(error)) throw error;
        handlers.connection("offline");
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  };

  return {
    start(handlers) {
      handlers.connection("connecting");
      readAll(handlers)
        .then(() => {
          if (!abort.signal.aborted) handlers.connection("live");
        })
        .catch((error) => {
          if (!abort.signal.aborted) handlers.problem(problemOf(error));
        });
      readMessages(handlers).catch(() => {});
    },
    stop: () => abort.abort(),
  };
}

/** The frame after the next begins when the next has been drawn. */
const pictureAfter = (clock: Clock): Promise<void> =>
  new Promise((resolve) => clock.frame(() => clock.frame(resolve)));

const isPassing = (error: unknown): boolean => !(error instanceof KultiApiError) || error.mayPass;

const problemOf = (error: unknown): Problem =>
  error instanceof KultiApiError
    ? { code: error.code, message: error.message }
    : { code: "unreachable", message: String(error) };

const gone = (seq: number) =>
  new KultiApiError(404, "session_not_found", `Cannot read event ${seq}: it is no longer there.`);
