/**
 * Keeps the events in pages of `pageEvents` consecutive ones, within a budget. Drops the least recently used pages; a
 * seek reads them again from the table. This frees old versions of files, but not the stage's text, which the stage
 * holds itself.
 */
import type { StoredEvent } from "@kulti/protocol";

export const pageEvents = 250;

export interface Pages {
  /** Takes the next event in order. */
  add(event: StoredEvent): void;
  /** Takes events that were read again, in order, from any place. */
  restore(events: readonly StoredEvent[]): void;
  /** The events after `after_seq` up to `to_seq`, or null if some of them were dropped. */
  between(afterSeq: number, toSeq: number): StoredEvent[] | null;
  readonly bytes: number;
}

interface Page {
  events: (StoredEvent | undefined)[];
  bytes: number;
}

const pageOf = (seq: number): number => Math.floor((seq - 1) / pageEvents);

export function createPages(budgetBytes: number): Pages {
  /** In order of use, the least recently used first. */
  const pages = new Map<number, Page>();
  let lastSeq = 0;
  let bytes = 0;

  const use = (number: number): Page => {
    const page = pages.get(number) ?? { events: [], bytes: 0 };
    pages.delete(number);
    pages.set(number, page);
    return page;
  };
  const put = (event: StoredEvent) => {
    const page = use(pageOf(event.seq));
    const place = (event.seq - 1) % pageEvents;
    if (page.events[place]) return;
    const size = sizeOf(event);
    page.events[place] = event;
    page.bytes += size;
    bytes += size;
  };
  const dropOldest = (but: number) => {
    for (const [number, page] of pages) {
      if (bytes <= budgetBytes) return;
      if (number === but || number === pageOf(lastSeq)) continue;
      pages.delete(number);
      bytes -= page.bytes;
    }
  };
  const at = (seq: number) => pages.get(pageOf(seq))?.events[(seq - 1) % pageEvents];

  return {
    add(event) {
      lastSeq = event.seq;
      put(event);
      dropOldest(pageOf(event.seq));
    },
    restore(events) {
      for (const event of events) if (event.seq <= lastSeq) put(event);
      const first = events[0];
      if (first) dropOldest(pageOf(first.seq));
    },
    between(afterSeq, toSeq) {
      const events: StoredEvent[] = [];
      for (let seq = afterSeq + 1; seq <= toSeq; seq++) {
        const event = at(seq);
        if (!event) return null;
        events.push(event);
      }
      for (let number = pageOf(afterSeq + 1); number <= pageOf(toSeq); number++) use(number);
      return events;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** An event's approximate size in memory: two bytes per character, and a constant for its objects. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return 2 * value.length + 16;
  if (typeof value !== "object" || value === null) return 8;
  let size = 32;
  for (const inner of Object.values(value)) size += sizeOf(inner);
  return size;
}
