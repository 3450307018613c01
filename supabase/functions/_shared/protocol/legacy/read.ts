/** Lenient readers: they turn any value into the nearest one that can be stored. */
import { digitsAdded } from "../digits.ts";
import { type LimitName, limits } from "../limits.ts";
import { cut, isObject, storable, utf8Bytes } from "../text.ts";
import { isTimestamp } from "../time.ts";

export type Fields = Record<string, unknown>;

/** One value, a list of values or nothing → a list. */
export const all = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** Like `all`, but only the end of a long list: only the last events are kept, and most entries become one event. */
export const latest = (value: unknown): unknown[] =>
  Array.isArray(value) ? value.slice(-maxEntries) : all(value);

/** Some entries, such as empty texts, become no event. */
const maxEntries = 4 * limits.batch_events;

export const fields = (value: unknown): Fields => (isObject(value) ? value : {});

/** The first of these keys whose value is not empty. */
export const first = (from: Fields, ...keys: string[]): unknown =>
  keys.map((key) => from[key]).find((value) => value !== undefined && value !== null);

/** Text as it is, anything else as JSON, nothing as "". JSON longer than `enough` characters may lack its end. */
export function asText(value: unknown, enough: number = limits.description_bytes): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(plain(value, { left: enough + 1 })) ?? "";
}

/** Like `cut`, with a mark in words: it is the only sign of the loss for a legacy client. */
export const cutNoted = (text: string, limitBytes: number): string =>
  cut(text, limitBytes, "… [cut]");

export const kept = (value: unknown, limit: LimitName): string =>
  cutNoted(asText(value, limits[limit]), limits[limit]);

/** `{[key]: text}`, or an empty record without text: for optional fields. */
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
  if (typeof value === "string") return isTimestamp(value) ? value : null;
  if (typeof value !== "number" || !(value > 0)) return null;
  const date = new Date(value < 1e11 ? value * 1000 : value);
  const text = Number.isNaN(date.getTime()) ? "" : date.toISOString();
  return isTimestamp(text) ? text : null;
}

const maxDepth = 7;

/** The number of JSON characters that still fit. */
export interface Room {
  left: number;
}

/**
 * Makes a value storable and cuts it at the depth of metadata. It stops when the room is used up, so its work depends
 * on the size of the result, not of the input. It never counts more than JSON.stringify then writes.
 */
export function plain(value: unknown, room: Room, depth = 1): unknown {
  room.left -= typeof value === "string" ? value.length + 2 : 1;
  if (typeof value === "string") return storable(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (depth > maxDepth) return "… [cut]";
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

/** How many entries may fail to fit before the record counts as full. */
const maxMisses = 100;

/**
 * A record of at most `limitBytes` as JSON, with the entries that fit, in order. If not all fit, longer
 * texts are shortened first. Bodies may have records of thousands of keys, and copying them took most of the time.
 */
export function smallEnough(entries: [string, unknown][], limitBytes: number): Fields {
  const whole = leastBytes(entries) > limitBytes ? null : fitting(entries, limitBytes, false);
  return Object.fromEntries(whole ?? fitting(entries, limitBytes, true) ?? []);
}

/** A lower bound of the JSON's size. */
function leastBytes(entries: readonly [string, unknown][]): number {
  let bytes = 2;
  for (const [key, value] of entries) {
    bytes += key.length + 4 + (typeof value === "string" ? value.length + 1 : 0);
  }
  return bytes;
}

/** The entries that fit, or null if one does not fit and none may be dropped. */
function fitting(entries: readonly [string, unknown][], limitBytes: number, mayLeave: boolean) {
  const found: [string, unknown][] = [];
  let left = limitBytes - 1;
  let misses = 0;
  for (const [name, value] of entries) {
    const key = storable(name);
    const isCut = mayLeave && typeof value === "string";
    const keptValue = isCut ? cutNoted(value, 1_024) : plain(value, { left }, 2);
    const bytes = jsonBytes(key) + jsonBytes(keptValue) + 2;
    if (bytes <= left) {
      left -= bytes;
      found.push([key, keptValue]);
    } else if (!mayLeave) return null;
    else if (++misses > maxMisses) break;
  }
  return found;
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(16_384);

function jsonBytes(value: unknown): number {
  const json = JSON.stringify(value);
  const written =
    json.length * 3 <= scratch.length ? encoder.encodeInto(json, scratch).written : utf8Bytes(json);
  return written + digitsAdded(value);
}
