/** The record of an event type: everything that Kulti needs to know about the type, in one place. */
import type { LimitName } from "../limits.ts";

/** The type's group in figures and in search hits. */
export type EventKind = "thought" | "code" | "terminal" | "error" | "other";

/** The events that a player makes chapters of. */
export type ChapterKind = "prompt" | "task" | "milestone" | "error" | "question";

/**
 * The client's handling of a value over its limit, which the server would refuse:
 * - `cut`: shortens the text;
 * - `split`: sends the text as several events, as fit.ts does for this type;
 * - `leave_out`: sends the event without the field, because half of it would mislead;
 * - `drop`: drops the event, which is useless without the whole value.
 */
export type Excess = "cut" | "split" | "leave_out" | "drop";

/** A text, or a list or an object measured as JSON. */
export interface SizedField {
  limit: LimitName;
  excess: Excess;
  /** For a list of objects: the limits of the texts in each object. */
  each?: Readonly<Record<string, LimitName>>;
}

/** The client leaves out a number outside its range and sends the rest of the event. */
export interface NumberField {
  max: LimitName;
  /** Default: 0. */
  below_zero?: LimitName;
  is_whole: boolean;
}

/** `fixed`: a choice, a switch or an id, which has no size limit to fit. */
export type Field = SizedField | NumberField | "fixed";

export interface EventRecord<Data extends object> {
  kind: EventKind;
  /** The name of these events in the search filters. Null if they contain no searchable text. */
  search_label: string | null;
  /** The event in one line: a title, a file or a command, or the text itself for types of text. */
  title(data: Data): string;
  chapter?(data: Data): ChapterKind | null;
  fields: { [Name in keyof Required<Data>]: Field };
}

export const sized = (limit: LimitName, excess: Excess): SizedField => ({ limit, excess });

export const whole = (max: LimitName): NumberField => ({ max, is_whole: true });
