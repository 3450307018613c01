/**
 * Events themselves, in pages of `page_events` consecutive ones. Together they stay within a budget: the pages used
 * longest ago are dropped and read again from the table when somebody seeks there. What the stage shows is not freed by
 * that (it holds its own text); what goes are old versions of files.
 */
import type { StoredEvent } from "@kulti/protocol";

export const page_events = 250;

export interface Pages {
  /** Takes the next event in order. */
  add(event: StoredEvent): void;
  /** Takes what was read again, in order, whatever it is. */
  restore(events: readonly StoredEvent[]): void;
  /** The events after `after_seq` up to `to_seq`, or null where some of them were dropped. */
  between(after_seq: number, to_seq: number): StoredEvent[] | null;
  readonly bytes: number;
}

interface Page {
  events: (StoredEvent | undefined)[];
  bytes: number;
}

const page_of = (seq: number): number => Math.floor((seq - 1) / page_events);

export function create_pages(budget_bytes: number): Pages {
  /** In the order of use, the least recent first. */
  const pages = new Map<number, Page>();
  let last_seq = 0;
  let bytes = 0;

  const use = (number: number): Page => {
    const page = pages.get(number) ?? { events: [], bytes: 0 };
    pages.delete(number);
    pages.set(number, page);
    return page;
  };
  const put = (event: StoredEvent) => {
    const page = use(page_of(event.seq));
    const place = (event.seq - 1) % page_events;
    if (page.events[place]) return;
    const size = size_of(event);
    page.events[place] = event;
    page.bytes += size;
    bytes += size;
  };
  const drop_oldest = (but: number) => {
    for (const [number, page] of pages) {
      if (bytes <= budget_bytes) return;
      if (number === but || number === page_of(last_seq)) continue;
      pages.delete(number);
      bytes -= page.bytes;
    }
  };
  const at = (seq: number) => pages.get(page_of(seq))?.events[(seq - 1) % page_events];

  return {
    add(event) {
      last_seq = event.seq;
      put(event);
      drop_oldest(page_of(event.seq));
    },
    restore(events) {
      for (const event of events) if (event.seq <= last_seq) put(event);
      const first = events[0];
      if (first) drop_oldest(page_of(first.seq));
    },
    between(after_seq, to_seq) {
      const events: StoredEvent[] = [];
      for (let seq = after_seq + 1; seq <= to_seq; seq++) {
        const event = at(seq);
        if (!event) return null;
        events.push(event);
      }
      for (let number = page_of(after_seq + 1); number <= page_of(to_seq); number++) use(number);
      return events;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** What an event weighs in memory, near enough: two bytes per character and something for its objects. */
function size_of(value: unknown): number {
  if (typeof value === "string") return 2 * value.length + 16;
  if (typeof value !== "object" || value === null) return 8;
  let size = 32;
  for (const inner of Object.values(value)) size += size_of(inner);
  return size;
}
