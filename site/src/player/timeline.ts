/**
 * When everything happened: time, type and place of each event, 17 bytes apiece, kept for the whole session.
 *
 * Two scales, both milliseconds from the first event. Session time follows the agent's clock, made monotone: a clock
 * that jumps back stands still until it is made up for, order is `seq`. Play time is the same with each idle stretch
 * shortened to `shortened_ms`.
 */
import { type EventType, event_types } from "@kulti/protocol";

/** Nothing happening for longer than this is an idle stretch. */
export const idle_ms = 3_000;
export const shortened_ms = 1_000;

export interface Timeline {
  /** Number of events. */
  readonly length: number;
  /** The first event's `at` in milliseconds since 1970; 0 before it. */
  readonly began_at: number;
  /** Session time of the last event. */
  readonly end_ms: number;
  add(type: EventType, at: string): void;
  /** Session time of an event; that of the nearest one where `seq` is out of range. */
  ms_of(seq: number): number;
  /** Its play time, or with `skips_idle` false its session time. */
  played_ms_of(seq: number, skips_idle: boolean): number;
  type_of(seq: number): EventType | undefined;
  /** The last event at or before `ms`; 0 where there is none. */
  seq_at(ms: number): number;
  /** Play time of a session time, and back. With `skips_idle` false the two are the same. */
  play_of(ms: number, skips_idle: boolean): number;
  ms_of_play(play_ms: number, skips_idle: boolean): number;
}

const known_types: readonly string[] = event_types;

export function create_timeline(): Timeline {
  let capacity = 1_024;
  let at = new Float64Array(capacity);
  let played = new Float64Array(capacity);
  let types = new Uint8Array(capacity);
  let length = 0;
  let began_at = 0;

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
  /** Position on the other scale, by the stretch between two events that `value` lies in. */
  const across = (from: Float64Array, to: Float64Array, value: number): number => {
    if (length === 0 || value <= 0) return 0;
    const before = count_until(from, length, value) - 1;
    if (before >= length - 1) return last(to);
    const [start, end] = [from[before] ?? 0, from[before + 1] ?? 0];
    const [to_start, to_end] = [to[before] ?? 0, to[before + 1] ?? 0];
    return to_start + ((value - start) / (end - start)) * (to_end - to_start);
  };

  return {
    get length() {
      return length;
    },
    get began_at() {
      return began_at;
    },
    get end_ms() {
      return last(at);
    },
    add(type, moment) {
      if (length === capacity) grow();
      const parsed = Date.parse(moment);
      if (length === 0) began_at = Number.isNaN(parsed) ? 0 : parsed;
      const before = last(at);
      const ms = Math.max(before, Number.isNaN(parsed) ? before : parsed - began_at);
      const gap = ms - before;
      const shortened = gap > idle_ms ? shortened_ms : gap;
      played[length] = length === 0 ? 0 : last(played) + shortened;
      at[length] = ms;
      types[length] = known_types.indexOf(type) + 1;
      length += 1;
    },
    ms_of: (seq) => at[Math.max(0, Math.min(seq, length) - 1)] ?? 0,
    played_ms_of: (seq, skips_idle) =>
      (skips_idle ? played : at)[Math.max(0, Math.min(seq, length) - 1)] ?? 0,
    type_of: (seq) => event_types[(types[seq - 1] ?? 0) - 1],
    seq_at: (ms) => count_until(at, length, ms),
    play_of: (ms, skips_idle) =>
      skips_idle ? across(at, played, ms) : Math.max(0, Math.min(ms, last(at))),
    ms_of_play: (play_ms, skips_idle) =>
      skips_idle ? across(played, at, play_ms) : Math.max(0, Math.min(play_ms, last(at))),
  };
}

/** How many of the first `length` values are at most `limit`. */
function count_until(values: Float64Array, length: number, limit: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
