/** Lenient readers: whatever the value is, the nearest thing that can be kept. */
import { type LimitName, limits } from "./limits.ts";
import { cut, is_object, storable, utf8_bytes } from "./text.ts";
import { is_timestamp } from "./time.ts";

export type Fields = Record<string, unknown>;

/** A thing, a list of things or nothing → a list. */
export const all = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

export const fields = (value: unknown): Fields => (is_object(value) ? value : {});

/** The first of these keys that says something. */
export const first = (from: Fields, ...keys: string[]): unknown =>
  keys.map((key) => from[key]).find((value) => value !== undefined && value !== null);

/** Text as it is, anything else as JSON, nothing as "". */
export function as_text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : (JSON.stringify(plain(value)) ?? "");
}

export const kept = (value: unknown, limit: LimitName): string =>
  cut(as_text(value), limits[limit]);

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

/** Storable, and no deeper than metadata may be: what is deeper is cut. */
function plain(value: unknown, depth = 1): unknown {
  if (typeof value === "string") return storable(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (depth > max_depth) return "… [cut]";
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storable(key), plain(item, depth + 1)]),
  );
}

/** The keys in their order as far as they fit; longer texts are shortened first. */
export function small_enough(record: Fields, limit_bytes: number): Fields {
  const size = (value: unknown) => utf8_bytes(JSON.stringify(value) ?? "");
  if (size(record) <= limit_bytes) return record;
  let left = limit_bytes - 2;
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(record)) {
    const shorter = typeof value === "string" ? cut(value, 1_024) : value;
    const needed = size({ [key]: shorter });
    if (needed > left) continue;
    left -= needed;
    entries.push([key, shorter]);
  }
  return Object.fromEntries(entries);
}
