/**
 * Brings an event's data within the limits of the contract before it is queued, so that the server has nothing to
 * refuse: long thoughts and terminal output become several events, long labels are cut, and what can be neither split
 * nor cut without changing its meaning (file content, names, addresses) is reported and left out.
 */
import { digitsAdded } from "./digits.ts";
import type { EventDataByType, EventType } from "./event.ts";
import { type LimitName, limits } from "./limits.ts";
import { cut, grouped, fits as isWithin, pieces, storable, utf8Bytes } from "./text.ts";

/** A part of an event that was cut or left out, or an event that was. */
export interface FitProblem {
  code: "clipped" | "too_large";
  /** One line: what could not be kept, its size and the limit. */
  message: string;
  /** Events lost by it: 1 or 0. */
  dropped: number;
  eventType: EventType;
}

type Report = (problem: FitProblem) => void;

type Fit<Type extends EventType> = (
  data: EventDataByType[Type],
  report: Report,
) => EventDataByType[Type][];

const fits: { [Type in EventType]: Fit<Type> } = {
  thought: (data, report) => {
    const { metadata, ...rest } = data;
    const kept = metadata && within(metadata, "metadata_bytes", "thought", "metadata", report);
    const base = kept ? { ...rest, metadata } : rest;
    const contents = pieces(data.content, limits.thought_content_bytes);
    if (contents.length === 1) return [base];
    const streamId = data.stream_id ?? crypto.randomUUID();
    const ends = data.stream_id === undefined || data.done === true;
    return contents.map((content, index) => {
      const piece = { ...base, content, stream_id: streamId };
      delete piece.done;
      return index === contents.length - 1 && ends ? { ...piece, done: true } : piece;
    });
  },
  terminal: (data, report) => {
    const { command, ...rest } = withoutOddNumbers("terminal", data, report);
    const { exit_code: exitCode } = rest;
    delete rest.exit_code;
    const texts = pieces(data.text, limits.terminal_text_bytes);
    return texts.map((text, index) => ({
      ...rest,
      text,
      ...(index === 0 && command !== undefined
        ? { command: clip(command, "command_bytes", "terminal", "command", report) }
        : {}),
      ...(index === texts.length - 1 && exitCode !== undefined ? { exit_code: exitCode } : {}),
    }));
  },
  code: (data, report) => {
    const fine =
      within(data.filename, "filename_bytes", "code", "filename", report) &&
      within(data.old_filename, "filename_bytes", "code", "old_filename", report) &&
      within(data.content, "code_content_bytes", "code", `content of ${data.filename}`, report) &&
      within(data.edits, "code_edits_bytes", "code", `edits of ${data.filename}`, report);
    return fine ? [data] : [];
  },
  status: (data) => [data],
  task: (data, report) => [titled(data, "task", report)],
  goal: (data, report) => [titled(data, "goal", report)],
  milestone: (data, report) => [
    { ...data, label: clip(data.label, "label_bytes", "milestone", "label", report) },
  ],
  error: (data, report) => [
    {
      ...withoutOddNumbers("error", data, report),
      message: clip(data.message, "error_message_bytes", "error", "message", report),
      ...(data.stack === undefined
        ? {}
        : { stack: clip(data.stack, "error_stack_bytes", "error", "stack", report) }),
      ...(data.recovery_strategy === undefined
        ? {}
        : {
            recovery_strategy: clip(
              data.recovery_strategy,
              "description_bytes",
              "error",
              "recovery_strategy",
              report,
            ),
          }),
    },
  ],
  preview: (data, report) =>
    within(data.url, "url_bytes", "preview", "url", report) ? [data] : [],
  usage: (data, report) => {
    const kept = withoutOddNumbers("usage", data, report);
    return [
      kept.model === undefined
        ? kept
        : { ...kept, model: clip(kept.model, "model_bytes", "usage", "model", report) },
    ];
  },
};

/** The least and the most of each number, and whether it is a whole one. */
const ranges = {
  terminal: { exit_code: [-limits.exit_code_below_zero, limits.exit_code, true] },
  error: { line: [0, limits.line_number, true] },
  usage: {
    input_tokens: [0, limits.tokens, true],
    output_tokens: [0, limits.tokens, true],
    cost_usd: [0, limits.cost_usd, false],
  },
} as const;

/** A number that the server would refuse is left out: the rest of the event says enough. */
function withoutOddNumbers<Type extends keyof typeof ranges>(
  type: Type,
  data: EventDataByType[Type],
  report: Report,
): EventDataByType[Type] {
  const kept: Record<string, unknown> = { ...data };
  for (const [field, [least, most, whole]] of Object.entries(ranges[type])) {
    const value = kept[field];
    if (value === undefined) continue;
    const fitsRange = typeof value === "number" && value >= least && value <= most;
    if (fitsRange && (!whole || Number.isInteger(value))) continue;
    delete kept[field];
    report({
      code: "clipped",
      message: `Left out the ${field} of a ${type} event: it is ${value}, not a ${whole ? "whole " : ""}number from ${grouped(least)} to ${grouped(most)}.`,
      dropped: 0,
      eventType: type,
    });
  }
  return kept as unknown as EventDataByType[Type];
}

/** The data of the one or more events that say the same within the limits, redacted; empty when it can't be said. */
export function fitData<Type extends EventType>(
  type: Type,
  data: EventDataByType[Type],
  report: Report,
  redact = (clean: EventDataByType[Type]): EventDataByType[Type] => clean,
): EventDataByType[Type][] {
  const clean = cleanValue(data) as EventDataByType[Type];
  return (fits[type] as Fit<Type>)(redact(clean), report);
}

function titled<Data extends EventDataByType["task"]>(
  data: Data,
  type: "task" | "goal",
  report: Report,
): Data {
  const title = clip(data.title, "title_bytes", type, "title", report);
  if (data.description === undefined) return { ...data, title };
  const description = clip(data.description, "description_bytes", type, "description", report);
  return { ...data, title, description };
}

function clip(text: string, limit: LimitName, type: EventType, field: string, report: Report) {
  const clipped = cut(text, limits[limit]);
  if (clipped !== text) {
    report({
      code: "clipped",
      message: `Cut the ${field} of a ${type} event: it is ${grouped(utf8Bytes(text))} bytes, limit ${grouped(limits[limit])}.`,
      dropped: 0,
      eventType: type,
    });
  }
  return clipped;
}

function within(
  value: unknown,
  limit: LimitName,
  type: EventType,
  field: string,
  report: Report,
): boolean {
  if (value === undefined) return true;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const digits = digitsAdded(value);
  if (isWithin(text, limits[limit] - digits)) return true;
  const part = field === "metadata";
  report({
    code: "too_large",
    message: `Cannot send ${part ? "the metadata of a thought" : `a ${type} event`}: ${cut(field, 200)} is ${grouped(utf8Bytes(text) + digits)} bytes, limit ${grouped(limits[limit])}.`,
    dropped: part ? 0 : 1,
    eventType: type,
  });
  return false;
}

/** A copy that JSON can hold, with every text cleaned; a value that JSON can't hold is left out. */
function cleanValue(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return storable(value);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "bigint") return value.toString();
  // Deeper than any event, and the way out of a value that holds itself.
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
