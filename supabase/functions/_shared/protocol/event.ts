/**
 * Events as agents send them and as the table keeps them. Field names are those of the wire and the database.
 * The table of records is the list of event types; all unions and lists derive from it. Each type has a folder in
 * events/ with its interface and record, its fold step and its schema, separate so that a program bundles only the
 * parts that it uses: the client needs no fold, the site no validator.
 */
import { answer } from "./events/answer/event.ts";
import { code } from "./events/code/event.ts";
import { error } from "./events/error/event.ts";
import { goal } from "./events/goal/event.ts";
import { milestone } from "./events/milestone/event.ts";
import { preview } from "./events/preview/event.ts";
import { question } from "./events/question/event.ts";
import type { ChapterKind, EventKind, EventRecord } from "./events/record.ts";
import { status } from "./events/status/event.ts";
import { task } from "./events/task/event.ts";
import { terminal } from "./events/terminal/event.ts";
import { thought } from "./events/thought/event.ts";
import { usage } from "./events/usage/event.ts";

export type * from "./events/answer/event.ts";
export { answerers } from "./events/answer/event.ts";
export type * from "./events/code/event.ts";
export { codeActions } from "./events/code/event.ts";
export type * from "./events/error/event.ts";
export type * from "./events/goal/event.ts";
export type * from "./events/milestone/event.ts";
export type * from "./events/preview/event.ts";
export type * from "./events/question/event.ts";
export { approvalOptions, questionKinds } from "./events/question/event.ts";
export type * from "./events/record.ts";
export type * from "./events/status/event.ts";
export { endingStatuses, statuses } from "./events/status/event.ts";
export type * from "./events/task/event.ts";
export type * from "./events/terminal/event.ts";
export { terminalStreams } from "./events/terminal/event.ts";
export type * from "./events/thought/event.ts";
export { priorities, thoughtTypes } from "./events/thought/event.ts";
export type * from "./events/usage/event.ts";

export const visibilities = ["public", "unlisted", "private"] as const;
export type Visibility = (typeof visibilities)[number];

/** One record for each type, in the order in which lists of types name them. */
export const eventRecords = {
  thought,
  code,
  terminal,
  status,
  task,
  goal,
  milestone,
  error,
  preview,
  usage,
  question,
  answer,
};

export type EventType = keyof typeof eventRecords;

export const eventTypes = Object.keys(eventRecords) as EventType[];

export type EventDataByType = {
  [Type in EventType]: (typeof eventRecords)[Type] extends EventRecord<infer Data> ? Data : never;
};

type Each<Extra> = {
  [Type in EventType]: { type: Type; data: EventDataByType[Type] } & Extra;
}[EventType];

/** One event as an agent sends it; the server fills in a missing `id` or `at`. */
export type AgentEvent = Each<{
  /** Made by the client and unique in its session, which makes a retry harmless. */
  id: string;
  /** ISO 8601 with offset. */
  at: string;
}>;

/** One event as the table holds it and as viewers receive it. */
export type StoredEvent = Each<{
  /** Position in the session: 1, 2, 3 … without gaps. */
  seq: number;
  id: string;
  at: string;
}>;

export type EventOf<Type extends EventType> = Extract<StoredEvent, { type: Type }>;

/** Undefined for a type of a later version of the contract, which viewers may receive. */
export function recordOf<Type extends EventType>(
  type: Type,
): EventRecord<EventDataByType[Type]> | undefined {
  return Object.hasOwn(eventRecords, type)
    ? (eventRecords[type] as unknown as EventRecord<EventDataByType[Type]>)
    : undefined;
}

export const kindOf = (type: EventType): EventKind => recordOf(type)?.kind ?? "other";

type Said = Pick<AgentEvent, "type" | "data">;

/** The one line that names an event. */
export const titleOf = ({ type, data }: Said): string => recordOf(type)?.title(data as never) ?? "";

/** Null for an event that begins no chapter. */
export const chapterOf = ({ type, data }: Said): ChapterKind | null =>
  recordOf(type)?.chapter?.(data as never) ?? null;
