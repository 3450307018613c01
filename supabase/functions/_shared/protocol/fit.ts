/**
 * Brings an event's data within the limits of the contract before it is queued, so that the server refuses nothing:
 * long thoughts and terminal output become several events, long labels are cut, and values that cannot be split or cut
 * without changing their meaning (file content, names, addresses) are reported and left out. The records of the event
 * types say which of these applies to each field.
 */
import { digitsAdded } from "./digits.ts";
import { type EventDataByType, type EventType, eventRecords } from "./event.ts";
import type { Field, NumberField, SizedField } from "./events/record.ts";
import { type LimitName, limits } from "./limits.ts";
import { cut, fits, grouped, pieces, storable, utf8Bytes } from "./text.ts";

/** An event, or a part of one, that was cut or left out. */
export interface FitProblem {
  code: "clipped" | "too_large";
  /** One line: the value, its size and the limit. */
  message: string;
  /** The number of events lost: 1 or 0. */
  dropped: number;
  eventType: EventType;
}

type Report = (problem: FitProblem) => void;

/** The data, redacted, of the one or more events that say the same within the limits; empty if that is impossible. */
export function fitData<Type extends EventType>(
  type: Type,
  data: EventDataByType[Type],
  report: Report,
  redact = (clean: EventDataByType[Type]): EventDataByType[Type] => clean,
): EventDataByType[Type][] {
  const kept = fitFields(type, redact(cleanValue(data) as EventDataByType[Type]), report);
  if (kept === null) return [];
  const split: Split<Type> | undefined = splits[type];
  return split ? split(kept) : [kept];
}

type Split<Type extends EventType> = (data: EventDataByType[Type]) => EventDataByType[Type][];

/** How a type with a `split` field becomes several events; a test finds an omission. */
export const splits: { [Type in EventType]?: Split<Type> } = {
  thought: (data) => {
    const contents = pieces(data.content, limits.thought_content_bytes);
    if (contents.length === 1) return [data];
    const streamId = data.stream_id ?? crypto.randomUUID();
    const ends = data.stream_id === undefined || data.done === true;
    return contents.map((content, index) => {
      const piece = { ...data, content, stream_id: streamId };
      delete piece.done;
      return index === contents.length - 1 && ends ? { ...piece, done: true } : piece;
    });
  },
  terminal: ({ command, exit_code: exitCode, ...rest }) => {
    const texts = pieces(rest.text, limits.terminal_text_bytes);
    return texts.map((text, index) => ({
      ...rest,
      text,
      ...(index === 0 && command !== undefined ? { command } : {}),
      ...(index === texts.length - 1 && exitCode !== undefined ? { exit_code: exitCode } : {}),
    }));
  },
};

/** Null when the event can't be sent at all. */
function fitFields<Type extends EventType>(
  type: Type,
  data: EventDataByType[Type],
  report: Report,
): EventDataByType[Type] | null {
  const kept = { ...data } as Record<string, unknown>;
  for (const [name, field] of Object.entries<Field>(eventRecords[type].fields)) {
    const value = kept[name];
    if (value === undefined || field === "fixed") continue;
    if ("max" in field) {
      if (isInRange(value, field)) continue;
      delete kept[name];
      report({ code: "clipped", message: outOfRange(type, name, value, field), ...loses(type, 0) });
    } else if (field.excess === "cut") {
      const text = cut(value as string, limits[field.limit]);
      if (text === value) continue;
      kept[name] = text;
      const message = `Cut the ${name} of a ${type} event: it is ${sizeOf(value, field.limit)}.`;
      report({ code: "clipped", message, ...loses(type, 0) });
    } else if (field.excess !== "split") {
      const excess = excessOf(value, field);
      if (excess === null) continue;
      const isDropped = field.excess === "drop";
      const what = isDropped ? `a ${type} event` : `the ${name} of a ${type}`;
      const place = "filename" in data && !name.endsWith("filename") ? ` of ${data.filename}` : "";
      const message = `Cannot send ${what}: ${cut(name + place, 200)} is ${sizeOf(...excess)}.`;
      report({ code: "too_large", message, ...loses(type, isDropped ? 1 : 0) });
      if (isDropped) return null;
      delete kept[name];
    }
  }
  return kept as unknown as EventDataByType[Type];
}

const loses = (eventType: EventType, dropped: 0 | 1) => ({ dropped, eventType });

const rangeOf = ({ max, below_zero: belowZero }: NumberField): [number, number] => [
  belowZero === undefined ? 0 : -limits[belowZero],
  limits[max],
];

function isInRange(value: unknown, field: NumberField): boolean {
  const [min, max] = rangeOf(field);
  const isNumber = typeof value === "number" && value >= min && value <= max;
  return isNumber && (!field.is_whole || Number.isInteger(value));
}

function outOfRange(type: EventType, name: string, value: unknown, field: NumberField): string {
  const [min, max] = rangeOf(field).map(grouped);
  const kind = field.is_whole ? "whole number" : "number";
  return `Left out the ${name} of a ${type} event: it is ${value}, not a ${kind} from ${min} to ${max}.`;
}

const asText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The value, or a text in it, that is over its limit. */
function excessOf(value: unknown, { limit, each = {} }: SizedField): [unknown, LimitName] | null {
  if (!fits(asText(value), limits[limit] - digitsAdded(value))) return [value, limit];
  for (const item of Array.isArray(value) ? value : []) {
    for (const [name, itemLimit] of Object.entries(each)) {
      const text: unknown = item?.[name];
      if (typeof text === "string" && !fits(text, limits[itemLimit])) return [text, itemLimit];
    }
  }
  return null;
}

export const isWithinLimit = (value: unknown, field: SizedField): boolean =>
  excessOf(value, field) === null;

const sizeOf = (value: unknown, limit: LimitName): string =>
  `${grouped(utf8Bytes(asText(value)) + digitsAdded(value))} bytes, limit ${grouped(limits[limit])}`;

/** A copy that JSON can hold, with every text cleaned; a value that JSON can't hold is left out. */
function cleanValue(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return storable(value);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "bigint") return value.toString();
  // Deeper than any event. This also stops the walk through a value that contains itself.
  if (typeof value !== "object" || depth > 32) return undefined;
  if (value instanceof Date)
    return Number.isFinite(value.getTime()) ? value.toISOString() : undefined;
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1) ?? null);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const cleaned = cleanValue(item, depth + 1);
    if (cleaned !== undefined) copy[storable(key)] = cleaned;
  }
  return copy;
}
