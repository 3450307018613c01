/** The form of an event type's record: what the parts of Kulti ask about a type, answered in one place. */
import type { LimitName } from "../limits.ts";

/** How figures count the type and how a search hit of it looks. */
export type EventKind = "thought" | "code" | "terminal" | "error" | "other";

/** The events that a player makes chapters of. */
export type ChapterKind = "prompt" | "task" | "milestone" | "error" | "question";

/**
 * What the client does with a value over its limit, since the server refuses it:
 * - `cut`: shortens the text;
 * - `split`: sends the text as several events, as fit.ts does for this type;
 * - `leave_out`: sends the event without the field, whose half would mislead;
 * - `drop`: drops the event, which means nothing without the whole value.
 */
export type Excess = "cut" | "split" | "leave_out" | "drop";

/** A text, or a list or an object measured as JSON. */
export interface SizedField {
  limit: LimitName;
  excess: Excess;
  /** Of a list of objects: the limits of the texts in each. */
  each?: Readonly<Record<string, LimitName>>;
}

/** A number outside its range is left out: the rest of the event says enough. */
export interface NumberField {
  max: LimitName;
  /** Absent: from 0. */
  below_zero?: LimitName;
  is_whole: boolean;
}

/** `fixed`: a choice, a switch or an id, which have no size to fit. */
export type Field = SizedField | NumberField | "fixed";

export interface EventRecord<Data extends object> {
  kind: EventKind;
  /** The name of these events among the filters of the search; null where they hold no text to find. */
  search_label: string | null;
  /** What names the event in one line: a title, a file, a command; for the types that speak, the text itself. */
  title(data: Data): string;
  chapter?(data: Data): ChapterKind | null;
  fields: { [Name in keyof Required<Data>]: Field };
}

export const sized = (limit: LimitName, excess: Excess): SizedField => ({ limit, excess });

export const whole = (max: LimitName): NumberField => ({ max, is_whole: true });
