/** A figure as data: a number, a note, and the chart and table behind it. */
import { type EventCounts, type EventKind, type EventType, kindOf } from "@kulti/protocol";

export interface Figure {
  key: string;
  title: string;
  /** The number itself. */
  value: string;
  /** A short note that adds to the number. */
  note: string;
  chart: Chart;
}

/** Bars side by side; each stacks the values of its row. */
export interface Chart {
  /** The unit of one bar: `commands per session`. */
  unit: string;
  /** Heading of the table's first column. */
  of: string;
  scale: Scale;
  columns: Column[];
  rows: Row[];
}

/** The values of an axis: whole numbers, durations in milliseconds, or money. */
export type Scale = "count" | "time" | "money";

export interface Column {
  label: string;
  /** The colour's name in tokens.css. */
  colour: string;
  /** Drawn downwards, from zero. */
  isBelow?: boolean;
  text: (value: number) => string;
}

export interface Row {
  /** Of an axis: `22 Nov`. */
  label: string;
  /** Of the table: `22 November 2026, 14:02`. */
  title: string;
  href?: string;
  /** One value per column. */
  values: number[];
}

export const isEmpty = ({ rows }: Chart): boolean =>
  rows.every(({ values }) => values.every((value) => value === 0));

/** Less interesting types share one column. */
const eventKinds: Record<EventKind, Pick<Column, "label" | "colour">> = {
  thought: { label: "thoughts", colour: "--type-reasoning" },
  code: { label: "code", colour: "--type-tool" },
  terminal: { label: "terminal", colour: "--type-general" },
  error: { label: "errors", colour: "--error" },
  other: { label: "other", colour: "--type-decision" },
};

export const eventColumns = (text: Column["text"]): Column[] =>
  Object.values(eventKinds).map((kind) => ({ ...kind, text }));

export function eventValues(events: EventCounts): number[] {
  const sums: Record<EventKind, number> = { thought: 0, code: 0, terminal: 0, error: 0, other: 0 };
  for (const [type, count] of Object.entries(events)) sums[kindOf(type as EventType)] += count;
  return Object.values(sums);
}

export const allEvents = (events: EventCounts): number =>
  Object.values(events).reduce((sum, count) => sum + count, 0);
