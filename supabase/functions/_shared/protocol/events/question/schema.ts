import * as v from "valibot";
import { limits } from "../../limits.ts";
import {
  consistent,
  exact,
  label,
  list,
  optional,
  text,
  timestamp,
  tooLarge,
} from "../../schema-parts.ts";
import { utf8Bytes } from "../../text.ts";
import { approvalOptions, type QuestionData, questionKinds } from "./event.ts";

export const questionOption = exact({
  id: label("option_id_bytes"),
  label: label("label_bytes"),
  description: optional(text("description_bytes")),
});

const options = v.pipe(
  list(questionOption, 1, limits.question_options),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const bytes = utf8Bytes(JSON.stringify(dataset.value));
    if (bytes > limits.question_options_bytes) {
      addIssue(tooLarge(bytes, limits.question_options_bytes));
    }
  }),
);

export const questionSchema = v.pipe(
  exact({
    question_id: label("question_id_bytes"),
    kind: v.picklist(questionKinds),
    text: label("question_text_bytes"),
    options: optional(options),
    detail: optional(text("question_detail_bytes")),
    expires_at: optional(timestamp),
    default: optional(label("answer_text_bytes")),
  }),
  consistent(misplaced),
  // Expresses in JSON Schema the checks that it can express.
  v.metadata({
    oneOf: [
      { properties: { kind: { const: "choice" } }, required: ["options"] },
      { properties: { kind: { const: "text" }, options: false } },
      { properties: { kind: { const: "approval" } } },
    ],
  }),
);

function* misplaced(data: QuestionData): Generator<[keyof QuestionData, string]> {
  const { kind, options, default: fallback } = data;
  if (kind === "choice" && !options) yield ["options", "is missing: a choice needs options"];
  if (kind === "text" && options) yield ["options", "is not allowed for text"];
  const ids = (options ?? approvalOptions).map(({ id }) => id);
  if (new Set(ids).size < ids.length) yield ["options", "has two options with the same id"];
  if (kind !== "text" && fallback !== undefined && !ids.includes(fallback)) {
    yield ["default", "is not the id of an option"];
  }
}
