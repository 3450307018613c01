import * as v from "valibot";
import { consistent, exact, label, optional, text } from "../../schema-parts.ts";
import { type AnswerData, answerers } from "./event.ts";

export const answerSchema = v.pipe(
  exact({
    question_id: label("question_id_bytes"),
    by: v.picklist(answerers),
    option: optional(label("option_id_bytes")),
    text: optional(text("answer_text_bytes")),
  }),
  consistent(misplaced),
  // Expresses the same check in JSON Schema.
  v.metadata({
    anyOf: [
      { properties: { by: { const: "timeout" } } },
      { required: ["option"] },
      { required: ["text"] },
    ],
  }),
);

function* misplaced({ by, option, text }: AnswerData): Generator<[keyof AnswerData, string]> {
  if (by !== "timeout" && option === undefined && text === undefined) {
    yield ["option", "is missing: an answer needs an option or a text"];
  }
}
