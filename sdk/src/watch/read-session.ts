/** Reads a whole session page by page, for files and comparisons; pages that show one read ahead in parts. */
import type { Head, Message, StoredEvent } from "@kulti/protocol";
import type { KultiApi } from "./api.ts";

export interface ReadSessionOptions {
  signal?: AbortSignal;
  /** Called after each page of events with the fraction read so far, from 0 to 1. */
  onProgress?: (part: number) => void;
}

export interface WholeSession {
  head: Head;
  /** Ascending by `seq`. */
  events: StoredEvent[];
  /** The chat, ascending by `seq`. */
  messages: Message[];
}

/**
 * Reads the session up to its head at the start: reading a live session would otherwise last as long as the session.
 */
export async function readSession(
  api: Pick<KultiApi, "sessionHead" | "sessionEvents" | "sessionMessages">,
  sessionId: string,
  options: ReadSessionOptions = {},
): Promise<WholeSession> {
  const { signal, onProgress } = options;
  const head = await api.sessionHead(sessionId, signal);
  const events = await readPages(
    (after) => api.sessionEvents(sessionId, after, signal),
    head.to_seq,
    (seq) => onProgress?.(Math.min(1, seq / head.to_seq)),
  );
  const messages = await readPages(
    (after) => api.sessionMessages(sessionId, after, signal),
    head.messages_to,
  );
  return { head, events, messages };
}

/** Every event in the table now, also those after the session's head. */
export const readEvents = (
  api: Pick<KultiApi, "sessionEvents">,
  sessionId: string,
  signal?: AbortSignal,
): Promise<StoredEvent[]> => readPages((after) => api.sessionEvents(sessionId, after, signal));

async function readPages<Row extends { seq: number }>(
  read: (afterSeq: number) => Promise<Row[]>,
  toSeq = Number.POSITIVE_INFINITY,
  onPage?: (seq: number) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  let seq = 0;
  while (seq < toSeq) {
    const page = await read(seq);
    const last = page.at(-1);
    if (!last) break;
    // Not `push(...page)`: the stack bounds the number of arguments.
    for (const row of page) rows.push(row);
    seq = last.seq;
    onPage?.(seq);
  }
  return rows;
}
