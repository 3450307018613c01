import { type EventRecord, sized } from "../record.ts";

/** `owner`: the person who runs the agent; `viewers`: viewers; `local`: a person at its machine; `timeout`: nobody. */
export const answerers = ["owner", "viewers", "local", "timeout"] as const;
export type Answerer = (typeof answerers)[number];

/** Ends a question. It has an option, a text or both. A timeout without a default has neither. */
export interface AnswerData {
  question_id: string;
  by: Answerer;
  /** The id of the option. */
  option?: string;
  text?: string;
}

export const answer: EventRecord<AnswerData> = {
  kind: "other",
  search_label: "Answers",
  title: ({ text, option = "" }) => text ?? option,
  fields: {
    question_id: sized("question_id_bytes", "drop"),
    by: "fixed",
    option: sized("option_id_bytes", "drop"),
    text: sized("answer_text_bytes", "cut"),
  },
};
