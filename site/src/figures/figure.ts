/** A figure as data: a number, what it is made of, and the chart and table that lie behind it. */
import type { EventCounts } from "@kulti/protocol";

export interface Figure {
  key: string;
  title: string;
  /** The number itself. */
  value: string;
  /** What the number leaves out, in a few words. */
  note: string;
  chart: Chart;
}

/** Bars beside each other, each stacked of its row's values. */
export interface Chart {
  /** What one bar counts: `commands per session`. */
  unit: string;
  /** Heading of the table's first column. */
  of: string;
  scale: Scale;
  columns: Column[];
  rows: Row[];
}

/** What an axis is marked with: whole numbers, durations in milliseconds, or money. */
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
  /** One of each column. */
  values: number[];
}

export const isEmpty = ({ rows }: Chart): boolean =>
  rows.every(({ values }) => values.every((value) => value === 0));

const eventKinds = [
  { label: "thoughts", colour: "--type-reasoning", types: ["thought"] },
  { label: "code", colour: "--type-tool", types: ["code"] },
  { label: "terminal", colour: "--type-general", types: ["terminal"] },
  { label: "errors", colour: "--error", types: ["error"] },
  {
    label: "other",
    colour: "--type-decision",
    types: ["status", "task", "goal", "milestone", "preview", "usage"],
  },
] as const;

/** Types that tell little by themselves are one column. */
export const eventColumns = (text: Column["text"]): Column[] =>
  eventKinds.map(({ label, colour }) => ({ label, colour, text }));

export const eventValues = (events: EventCounts): number[] =>
  eventKinds.map(({ types }) => types.reduce((sum, type) => sum + (events[type] ?? 0), 0));

export const allEvents = (events: EventCounts): number =>
  Object.values(events).reduce((sum, count) => sum + count, 0);
