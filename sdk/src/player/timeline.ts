/**
 * The time, type and place of each event of the whole session, 17 bytes per event.
 *
 * There are two scales, both in milliseconds from the first event. Session time follows the agent's clock but never
 * runs backwards: after a jump back it stands still until the clock has caught up. `seq` decides the order. Play time
 * is the same with each idle stretch shortened to `shortenedMs`.
 */
import { type EventType, eventTypes } from "@kulti/protocol";

/** A longer time without events is an idle stretch. */
export const idleMs = 3_000;
export const shortenedMs = 1_000;

export interface Timeline {
  /** The number of events. */
  readonly length: number;
  /** The first event's `at` in milliseconds since 1970; 0 before it. */
  readonly beganAt: number;
  /** The session time of the last event. */
  readonly endMs: number;
  add(type: EventType, at: string): void;
  /** The session time of an event, or of the nearest event if `seq` is out of range. */
  msOf(seq: number): number;
  /** The play time of an event, or its session time if `skipsIdle` is false. */
  playedMsOf(seq: number, skipsIdle: boolean): number;
  typeOf(seq: number): EventType | undefined;
  /** The last event at or before `ms`, or 0 without one. */
  seqAt(ms: number): number;
  /** Converts session time to play time and back. If `skipsIdle` is false, the two are the same. */
  playOf(ms: number, skipsIdle: boolean): number;
  msOfPlay(playMs: number, skipsIdle: boolean): number;
}

const knownTypes: readonly string[] = eventTypes;

export function createTimeline(): Timeline {
  let capacity = 1_024;
  let at = new Float64Array(capacity);
  let played = new Float64Array(capacity);
  let types = new Uint8Array(capacity);
  let length = 0;
  let beganAt = 0;

  const grow = () => {
    capacity *= 2;
    const grown = <T extends Float64Array | Uint8Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    at = grown(new Float64Array(capacity), at);
    played = grown(new Float64Array(capacity), played);
    types = grown(new Uint8Array(capacity), types);
  };
  const last = (scale: Float64Array) => scale[Math.max(0, length - 1)] ?? 0;
  /** Converts `value` to the other scale by interpolation between the two events around it. */
  const across = (from: Float64Array, to: Float64Array, value: number): number => {
    if (length === 0 || value <= 0) return 0;
    const before = countUntil(from, length, value) - 1;
    if (before >= length - 1) return last(to);
    const [start, end] = [from[before] ?? 0, from[before + 1] ?? 0];
    const [toStart, toEnd] = [to[before] ?? 0, to[before + 1] ?? 0];
    return toStart + ((value - start) / (end - start)) * (toEnd - toStart);
  };

  return {
    get length() {
      return length;
    },
    get beganAt() {
      return beganAt;
    },
    get endMs() {
      return last(at);
    },
    add(type, timestamp) {
      if (length === capacity) grow();
      const parsed = Date.parse(timestamp);
      if (length === 0) beganAt = Number.isNaN(parsed) ? 0 : parsed;
      const before = last(at);
      const ms = Math.max(before, Number.isNaN(parsed) ? before : parsed - beganAt);
      const gap = ms - before;
      const shortened = gap > idleMs ? shortenedMs : gap;
      played[length] = length === 0 ? 0 : last(played) + shortened;
      at[length] = ms;
      types[length] = knownTypes.indexOf(type) + 1;
      length += 1;
    },
    msOf: (seq) => at[Math.max(0, Math.min(seq, length) - 1)] ?? 0,
    playedMsOf: (seq, skipsIdle) =>
      (skipsIdle ? played : at)[Math.max(0, Math.min(seq, length) - 1)] ?? 0,
    typeOf: (seq) => eventTypes[(types[seq - 1] ?? 0) - 1],
    seqAt: (ms) => countUntil(at, length, ms),
    playOf: (ms, skipsIdle) =>
      skipsIdle ? across(at, played, ms) : Math.max(0, Math.min(ms, last(at))),
    msOfPlay: (playMs, skipsIdle) =>
      skipsIdle ? across(played, at, playMs) : Math.max(0, Math.min(playMs, last(at))),
  };
}

/** The number of the first `length` values that are at most `limit`. */
function countUntil(values: Float64Array, length: number, limit: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
