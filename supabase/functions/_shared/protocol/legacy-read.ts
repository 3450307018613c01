/** Lenient readers: whatever the value is, the nearest thing that can be kept. */
import { type LimitName, limits } from "./limits.ts";
import { cut, is_object, storable, utf8_bytes } from "./text.ts";
import { is_timestamp } from "./time.ts";

export type Fields = Record<string, unknown>;

/** A thing, a list of things or nothing → a list. */
export const all = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** As `all`, of a long list the end: the last of its events are kept, and most entries are one. */
export const latest = (value: unknown): unknown[] =>
  Array.isArray(value) ? value.slice(-most_entries) : all(value);

/** Some entries, such as empty texts, are no event. */
const most_entries = 4 * limits.batch_events;

export const fields = (value: unknown): Fields => (is_object(value) ? value : {});

/** The first of these keys that says something. */
export const first = (from: Fields, ...keys: string[]): unknown =>
  keys.map((key) => from[key]).find((value) => value !== undefined && value !== null);

/** Text as it is, anything else as JSON, nothing as "". Of JSON that is longer than `enough` characters the end may lack. */
export function as_text(value: unknown, enough: number = limits.description_bytes): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(plain(value, { left: enough + 1 })) ?? "";
}

export const kept = (value: unknown, limit: LimitName): string =>
  cut(as_text(value, limits[limit]), limits[limit]);

/** `{[key]: text}`, or nothing where there is no text: for optional fields. */
export function given<Key extends string>(
  key: Key,
  value: unknown,
  limit: LimitName,
): { [Name in Key]?: string } {
  const text = kept(value, limit);
  return text.trim() === "" ? {} : ({ [key]: text } as { [Name in Key]: string });
}

/** ISO text, epoch milliseconds or epoch seconds. */
export function moment(value: unknown): string | null {
  if (typeof value === "string") return is_timestamp(value) ? value : null;
  if (typeof value !== "number" || !(value > 0)) return null;
  const date = new Date(value < 1e11 ? value * 1000 : value);
  const text = Number.isNaN(date.getTime()) ? "" : date.toISOString();
  return is_timestamp(text) ? text : null;
}

const max_depth = 7;

/** Characters of JSON that are still of use. */
export interface Room {
  left: number;
}

/**
 * Storable, and no deeper than metadata may be: what is deeper is cut. It stops where the room ends, so that its work is
 * bounded by what is kept and not by what was sent. It never counts more than JSON.stringify then writes.
 */
export function plain(value: unknown, room: Room, depth = 1): unknown {
  room.left -= typeof value === "string" ? value.length + 2 : 1;
  if (typeof value === "string") return storable(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (depth > max_depth) return "… [cut]";
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      if (room.left < 0) break;
      room.left--;
      items.push(plain(item, room, depth + 1));
    }
    return items;
  }
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (room.left < 0) break;
    room.left -= key.length + 3;
    entries.push([storable(key), plain(item, room, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

/** Entries of a record that may miss the room before it counts as full. */
const max_misses = 100;

/**
 * A record of at most `limit_bytes` as JSON: the entries in their order as far as they fit. When not all fit, longer
 * texts are shortened first. Bodies bring records of thousands of keys: copies of them were most of the time.
 */
export function small_enough(entries: [string, unknown][], limit_bytes: number): Fields {
  const whole = least_bytes(entries) > limit_bytes ? null : fitting(entries, limit_bytes, false);
  return Object.fromEntries(whole ?? fitting(entries, limit_bytes, true) ?? []);
}

/** Less than the JSON can have. */
function least_bytes(entries: readonly [string, unknown][]): number {
  let bytes = 2;
  for (const [key, value] of entries) {
    bytes += key.length + 4 + (typeof value === "string" ? value.length + 1 : 0);
  }
  return bytes;
}

/** The entries that fit, or null when one does not and none may be left out. */
function fitting(entries: readonly [string, unknown][], limit_bytes: number, may_leave: boolean) {
  const found: [string, unknown][] = [];
  let left = limit_bytes - 1;
  let misses = 0;
  for (const [name, value] of entries) {
    const key = storable(name);
    const is_cut = may_leave && typeof value === "string";
    const kept_value = is_cut ? cut(value, 1_024) : plain(value, { left }, 2);
    const bytes = json_bytes(key) + json_bytes(kept_value) + 2;
    if (bytes <= left) {
      left -= bytes;
      found.push([key, kept_value]);
    } else if (!may_leave) return null;
    else if (++misses > max_misses) break;
  }
  return found;
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(16_384);

function json_bytes(value: unknown): number {
  const json = JSON.stringify(value);
  return json.length * 3 <= scratch.length
    ? encoder.encodeInto(json, scratch).written
    : utf8_bytes(json);
}
