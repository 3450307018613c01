/** The schemas of all events, for parsing and for the generated documents. */
import * as v from "valibot";
import type { AgentEvent, EventDataByType, EventType } from "./event.ts";
import { answerSchema } from "./events/answer/schema.ts";
import { codeSchema } from "./events/code/schema.ts";
import { errorSchema } from "./events/error/schema.ts";
import { goalSchema } from "./events/goal/schema.ts";
import { milestoneSchema } from "./events/milestone/schema.ts";
import { previewSchema } from "./events/preview/schema.ts";
import { questionSchema } from "./events/question/schema.ts";
import { statusSchema } from "./events/status/schema.ts";
import { taskSchema } from "./events/task/schema.ts";
import { terminalSchema } from "./events/terminal/schema.ts";
import { thoughtSchema } from "./events/thought/schema.ts";
import { usageSchema } from "./events/usage/schema.ts";
import { count, type Equal, exact, label, optional, timestamp } from "./schema-parts.ts";

export const dataSchemas = {
  thought: thoughtSchema,
  code: codeSchema,
  terminal: terminalSchema,
  status: statusSchema,
  task: taskSchema,
  goal: goalSchema,
  milestone: milestoneSchema,
  error: errorSchema,
  preview: previewSchema,
  usage: usageSchema,
  question: questionSchema,
  answer: answerSchema,
} satisfies Record<EventType, v.GenericSchema>;

type Inferred = { [Type in EventType]: v.InferOutput<(typeof dataSchemas)[Type]> };
type Flat<T> = T extends readonly (infer Item)[]
  ? Flat<Item>[]
  : T extends object
    ? { [Key in keyof T]: Flat<T[Key]> }
    : T;
type Unequal = {
  [Type in EventType]: Equal<Flat<Inferred[Type]>, Flat<EventDataByType[Type]>> extends true
    ? never
    : Type;
}[EventType];

/** Does not compile when a schema differs from the interface, which is written by hand; the error names the type. */
export const schemasEqualInterfaces: [Unequal] extends [never] ? true : Unequal = true;

const types = Object.keys(dataSchemas) as EventType[];

function eachSchema<Schema>(make: (type: EventType) => Schema): Record<EventType, Schema> {
  return Object.fromEntries(types.map((type) => [type, make(type)])) as Record<EventType, Schema>;
}

/** An event as it may be sent. */
export type SentEvent = {
  [Type in EventType]: Omit<Extract<AgentEvent, { type: Type }>, "id" | "at"> & {
    id?: string;
    at?: string;
  };
}[EventType];

/** By type; `id` and `at` may be left out. */
export const eventSchemas = eachSchema(
  (type) =>
    exact({
      id: optional(label("event_id_bytes")),
      type: v.literal(type),
      at: optional(timestamp),
      data: dataSchemas[type],
    }) as unknown as v.GenericSchema<unknown, SentEvent>,
);

/** As the table holds them and as viewers receive them. */
export const storedEventSchema = v.variant(
  "type",
  types.map((type) =>
    v.object({
      seq: count,
      id: v.string(),
      type: v.literal(type),
      at: timestamp,
      data: dataSchemas[type],
    }),
  ),
);
