/** Random valid events for property tests. They use few names, so that events often interact. */
import fc from "fast-check";
import {
  type AgentEvent,
  type AnswerData,
  answerers,
  type CodeEdit,
  type EventDataByType,
  type EventType,
  eventTypes,
  priorities,
  type QuestionData,
  type StoredEvent,
  statuses,
  terminalStreams,
  thoughtTypes,
} from "./event.ts";

const opt = { requiredKeys: [] as never[] };
const name = fc.constantFrom(
  "a.ts",
  "b.ts",
  "src/c.py",
  "__proto__",
  "constructor",
  "toString",
  "é",
);
const line = fc.constantFrom("", "one", "two", "three", "\r", "  four");
const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));
const anyText = fc.oneof(text, fc.string({ unit: "grapheme", maxLength: 20 }));
const number = fc.integer({ min: 0, max: 1_000_000 });

const edit: fc.Arbitrary<CodeEdit> = fc.oneof(
  fc.record({ old_text: text, new_text: anyText }),
  fc.record({
    start: fc.integer({ min: 0, max: 9 }),
    removed: fc.array(line, { maxLength: 3 }),
    added: fc.array(line, { maxLength: 3 }),
  }),
);
const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
const language = fc.record({ language: fc.constantFrom("typescript", "python") }, opt);

const code = fc.oneof(
  fc.record({ filename: name, action: fc.constant("write" as const), content: anyText }),
  fc.record({ filename: name, action: fc.constant("edit" as const), content: anyText }),
  fc.record({ filename: name, action: fc.constant("edit" as const), edits }),
  fc.record({ filename: name, action: fc.constant("delete" as const) }),
  fc.record({ filename: name, action: fc.constant("rename" as const), old_filename: name }),
);

const metadata = fc.record(
  {
    tool: anyText,
    options: fc.array(anyText, { maxLength: 3 }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
    constructor: fc.jsonValue({ maxDepth: 2, noUnicodeString: true }),
  } as Record<string, fc.Arbitrary<unknown>>,
  opt,
);

const thought = fc
  .tuple(
    fc.record({ thought_type: fc.constantFrom(...thoughtTypes), content: anyText }),
    fc.record(
      {
        priority: fc.constantFrom(...priorities),
        metadata,
        stream_id: fc.constantFrom("s1", "s2", "__proto__"),
        done: fc.boolean(),
      },
      opt,
    ),
  )
  .map(([required, optional]) => ({ ...required, ...optional }));

const titled = fc.oneof(
  fc.record({ title: fc.constantFrom("Fix it", "Ship it") }),
  fc.record({ title: fc.constant("Fix it"), description: anyText }),
);

const questionId = fc.constantFrom("q1", "q2", "__proto__");
const options = fc
  .uniqueArray(fc.constantFrom("yes", "no", "later", "constructor"), { minLength: 1 })
  .map((ids) => ids.map((id) => ({ id, label: `${id}!` })));
const asked = fc.record({ question_id: questionId, text: fc.constantFrom("Go on?", "Which one?") });

const question: fc.Arbitrary<QuestionData> = fc
  .tuple(
    asked,
    fc.oneof(
      fc.record({ kind: fc.constant("choice" as const), options }),
      fc.record({ kind: fc.constant("text" as const) }),
      fc.record({ kind: fc.constant("approval" as const), detail: anyText }),
    ),
  )
  .map(([one, other]) => ({ ...one, ...other }));

const answer: fc.Arbitrary<AnswerData> = fc.oneof(
  fc.record({
    question_id: questionId,
    by: fc.constantFrom(...answerers),
    option: fc.constantFrom("yes", "approve"),
  }),
  fc.record({ question_id: questionId, by: fc.constantFrom(...answerers), text: anyText }),
  fc.record({ question_id: questionId, by: fc.constant("timeout" as const) }),
);

/** A missing type does not compile. */
const data: { [Type in EventType]: fc.Arbitrary<EventDataByType[Type]> } = {
  thought,
  code: fc.tuple(code, language).map(([one, other]) => ({ ...one, ...other })),
  terminal: fc
    .tuple(
      fc.record({ stream: fc.constantFrom(...terminalStreams), text: anyText }),
      fc.record({ command: anyText, exit_code: fc.integer({ min: -9, max: 255 }) }, opt),
    )
    .map(([one, other]) => ({ ...one, ...other })),
  status: fc.record({ status: fc.constantFrom(...statuses) }),
  task: titled,
  goal: titled,
  milestone: fc.record({ label: name, completed: fc.boolean() }),
  error: fc.record({ message: fc.constantFrom("broken", "failed"), line: number }),
  preview: fc.record({ url: fc.constantFrom("https://example.com", "http://localhost:3000/a?b") }),
  usage: fc.record({ model: fc.constant("m"), input_tokens: number, output_tokens: number }, opt),
  question,
  answer,
};

/** The types that interact most are the most frequent. */
const weights: { [Type in EventType]?: number } = { thought: 4, code: 6 };

const body = fc.oneof(
  ...eventTypes.map((type) => ({
    arbitrary: (data[type] as fc.Arbitrary<unknown>).map((value) => ({ type, data: value })),
    weight: weights[type] ?? 1,
  })),
);

const at = fc
  .date({
    min: new Date("2020-01-01T00:00:00Z"),
    max: new Date("2030-01-01T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());

export const agentEvent = fc
  .tuple(body, at, fc.uuid())
  .map(([event, time, id]) => ({ id, at: time, ...event }) as AgentEvent);

export const storedEvents: fc.Arbitrary<StoredEvent[]> = fc
  .array(agentEvent, { maxLength: 40 })
  .map((events) => events.map((event, index) => ({ seq: index + 1, ...event })));
