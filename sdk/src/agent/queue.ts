/**
 * The events that wait for the server, in order, bounded by number and by bytes.
 *
 * Over a bound, the queue frees a tenth of its room at once, so the cost per event stays constant: first the oldest
 * terminal output and thoughts of priority `detail`, then the oldest other thoughts, then the oldest of the rest. It
 * never drops events that are being sent: the server may already have them.
 */
import type { EventDataByType, EventType } from "@kulti/protocol/event.ts";

export interface QueuedEvent {
  /** Order of arrival in this process, from 1. */
  number: number;
  id: string;
  type: EventType;
  /** The event as sent. */
  json: string;
  bytes: number;
  /** When it may leave, ms since 1970; 0 for at once. */
  dueAt: number;
  /** The order of dropping: 0 before 1 before 2. */
  importance: 0 | 1 | 2;
}

export interface QueueBounds {
  maxEvents: number;
  maxBytes: number;
}

export function importanceOf(type: EventType, data: EventDataByType[EventType]): 0 | 1 | 2 {
  if (type === "terminal") return 0;
  if (type !== "thought") return 2;
  return (data as EventDataByType["thought"]).priority === "detail" ? 0 : 1;
}

export class Queue {
  #items: QueuedEvent[] = [];
  #bytes = 0;
  /** This many events at the front are being sent. */
  #inFlight = 0;
  readonly #bounds: QueueBounds;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest event may leave, ms since 1970; 0 when the queue is empty. */
  get dueAt(): number {
    return this.#items[0]?.dueAt ?? 0;
  }

  /** What waits, in order, as it is sent. */
  *unsent(): Iterable<string> {
    for (const { json } of this.#items) yield json;
  }

  /** `number` of the oldest event that waits, or Infinity. */
  get oldest(): number {
    return this.#items[0]?.number ?? Number.POSITIVE_INFINITY;
  }

  /** Appends, and returns the events that it dropped to make room. */
  push(item: QueuedEvent): readonly QueuedEvent[] {
    this.#items.push(item);
    this.#bytes += item.bytes;
    const { maxEvents, maxBytes } = this.#bounds;
    if (this.#items.length <= maxEvents && this.#bytes <= maxBytes) return [];
    return this.#trim(Math.floor(maxEvents * 0.9), Math.floor(maxBytes * 0.9));
  }

  /** The next events to send, at least one if it is due; they stay in the queue, safe from dropping, until `endSending`. */
  take(maxEvents: number, maxBytes: number, now: number): QueuedEvent[] {
    let bytes = 0;
    let count = 0;
    for (const item of this.#items) {
      if (item.dueAt > now) break;
      if (count > 0 && (count >= maxEvents || bytes + item.bytes > maxBytes)) break;
      bytes += item.bytes;
      count++;
    }
    this.#inFlight = count;
    return this.#items.slice(0, count);
  }

  /** Ends the sending: removes the events with these ids and keeps the others for the next try. */
  endSending(ids: ReadonlySet<string>): void {
    this.#inFlight = 0;
    if (ids.size === 0) return;
    this.#keep((item) => !ids.has(item.id));
  }

  clear(): number {
    const count = this.#items.length;
    this.#keep(() => false);
    this.#inFlight = 0;
    return count;
  }

  #trim(toEvents: number, toBytes: number): readonly QueuedEvent[] {
    const doomed = new Set<QueuedEvent>();
    let count = this.#items.length;
    let bytes = this.#bytes;
    for (const importance of [0, 1, 2]) {
      for (const item of this.#items.slice(this.#inFlight)) {
        if (count <= toEvents && bytes <= toBytes) break;
        if (item.importance !== importance) continue;
        doomed.add(item);
        count--;
        bytes -= item.bytes;
      }
    }
    this.#keep((item) => !doomed.has(item));
    return [...doomed];
  }

  #keep(isKept: (item: QueuedEvent) => boolean): void {
    this.#items = this.#items.filter(isKept);
    this.#bytes = this.#items.reduce((sum, item) => sum + item.bytes, 0);
  }
}
