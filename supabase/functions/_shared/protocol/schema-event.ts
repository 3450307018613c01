/** The ten events. The interfaces of event.ts are written by hand; the end of this file proves that they are these. */
import * as v from "valibot";
import {
  type AgentEvent,
  type CodeData,
  type CodeEdit,
  codeActions,
  type EventDataByType,
  type EventType,
  priorities,
  statuses,
  terminalStreams,
  thoughtTypes,
} from "./event.ts";
import { limits } from "./limits.ts";
import { metadata } from "./schema-metadata.ts";
import {
  amount,
  type Equal,
  exact,
  label,
  lines,
  list,
  text,
  timestamp,
  tooLarge,
  url,
  whole,
} from "./schema-parts.ts";
import { isObject, utf8Bytes } from "./text.ts";

const optional = v.exactOptional;

export const replacement = exact({
  old_text: text("code_content_bytes"),
  new_text: text("code_content_bytes"),
});

export const hunk = exact({ start: whole("line_number"), removed: lines, added: lines });

export const edit = v.lazy(
  (value): v.GenericSchema<unknown, CodeEdit> =>
    isObject(value) && "start" in value ? hunk : replacement,
);

const edits = v.pipe(
  list(edit, 1, limits.code_edits),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const bytes = utf8Bytes(JSON.stringify(dataset.value));
    if (bytes > limits.code_edits_bytes) addIssue(tooLarge(bytes, limits.code_edits_bytes));
  }),
);

const code = v.pipe(
  exact({
    filename: label("filename_bytes"),
    language: optional(text("language_bytes")),
    action: v.picklist(codeActions),
    content: optional(text("code_content_bytes")),
    edits: optional(edits),
    old_filename: optional(label("filename_bytes")),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [key, message] of misplaced(dataset.value)) {
      const input = { ...dataset.value };
      addIssue({ message, path: [{ type: "object", origin: "value", input, key, value: null }] });
    }
  }),
);

/** Which of content, edits and old_filename an action takes. */
function* misplaced(data: CodeData): Generator<[keyof CodeData, string]> {
  const { action } = data;
  const has = (key: keyof CodeData): boolean => data[key] !== undefined;
  if (action === "write" && !has("content"))
    yield ["content", "is missing: a write carries the whole content"];
  if (action === "edit" && !has("content") && !has("edits")) {
    yield ["edits", "is missing: an edit carries content or edits"];
  }
  if (action === "edit" && has("content") && has("edits")) {
    yield ["edits", "stands beside content: an edit carries one of the two"];
  }
  if (action === "rename" && !has("old_filename"))
    yield ["old_filename", "is missing: a rename needs it"];
  const takesContent = action === "write" || action === "edit";
  if (!takesContent && has("content")) yield ["content", `is not taken by ${action}`];
  if (action !== "edit" && has("edits")) yield ["edits", `is not taken by ${action}`];
  if (action !== "rename" && has("old_filename"))
    yield ["old_filename", `is not taken by ${action}`];
}

const titled = exact({
  title: label("title_bytes"),
  description: optional(text("description_bytes")),
});

export const dataSchemas = {
  thought: exact({
    thought_type: v.picklist(thoughtTypes),
    content: text("thought_content_bytes"),
    priority: optional(v.picklist(priorities)),
    metadata: optional(metadata),
    stream_id: optional(label("stream_id_bytes")),
    done: optional(v.boolean()),
  }),
  code,
  terminal: exact({
    command: optional(text("command_bytes")),
    stream: v.picklist(terminalStreams),
    text: text("terminal_text_bytes"),
    exit_code: optional(whole("exit_code", -limits.exit_code_below_zero)),
  }),
  status: exact({ status: v.picklist(statuses) }),
  task: titled,
  goal: titled,
  milestone: exact({ label: label("label_bytes"), completed: v.boolean() }),
  error: exact({
    message: label("error_message_bytes"),
    file: optional(text("filename_bytes")),
    line: optional(whole("line_number")),
    stack: optional(text("error_stack_bytes")),
    recovery_strategy: optional(text("description_bytes")),
  }),
  preview: exact({ url }),
  usage: exact({
    model: optional(label("model_bytes")),
    input_tokens: optional(whole("tokens")),
    output_tokens: optional(whole("tokens")),
    cost_usd: optional(amount("cost_usd")),
  }),
};

const event = <Type extends EventType>(type: Type) =>
  exact({
    id: optional(label("event_id_bytes")),
    type: v.literal(type),
    at: optional(timestamp),
    data: dataSchemas[type],
  });

/** By type; `id` and `at` may be left out. */
export const eventSchemas = {
  thought: event("thought"),
  code: event("code"),
  terminal: event("terminal"),
  status: event("status"),
  task: event("task"),
  goal: event("goal"),
  milestone: event("milestone"),
  error: event("error"),
  preview: event("preview"),
  usage: event("usage"),
};

type Inferred = { [Type in EventType]: v.InferOutput<(typeof dataSchemas)[Type]> };
type Flat<T> = T extends readonly (infer Item)[]
  ? Flat<Item>[]
  : T extends object
    ? { [Key in keyof T]: Flat<T[Key]> }
    : T;

/** Does not compile when a schema and its interface differ. */
export const schemasEqualInterfaces: {
  [Type in EventType]: Equal<Flat<Inferred[Type]>, Flat<EventDataByType[Type]>>;
} = {
  thought: true,
  code: true,
  terminal: true,
  status: true,
  task: true,
  goal: true,
  milestone: true,
  error: true,
  preview: true,
  usage: true,
};

/** An event as it may be sent. */
export type SentEvent = {
  [Type in EventType]: Omit<Extract<AgentEvent, { type: Type }>, "id" | "at"> & {
    id?: string;
    at?: string;
  };
}[EventType];
