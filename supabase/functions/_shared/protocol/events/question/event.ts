import { type EventRecord, sized } from "../record.ts";

/** `choice`: one of the options. `text`: free text. `approval`: approval or denial of `detail`. */
export const questionKinds = ["choice", "text", "approval"] as const;
export type QuestionKind = (typeof questionKinds)[number];

export interface QuestionOption {
  /** Unique in the question. */
  id: string;
  label: string;
  description?: string;
}

/** Something the agent asks a human. Its first `answer` event ends it. */
export interface QuestionData {
  /** Created by the client, unique in the session. */
  question_id: string;
  kind: QuestionKind;
  text: string;
  /** Required for a choice. An approval without options has `approve` and `deny`. A text takes none. */
  options?: QuestionOption[];
  /** The exact command or change that needs an answer. */
  detail?: string;
  /** ISO 8601 with offset. An open question then ends with its default, or without an answer. */
  expires_at?: string;
  /** The answer if nobody gives one: the id of an option, or the words for a text. */
  default?: string;
}

/** The options of an approval that names none. */
export const approvalOptions: readonly QuestionOption[] = [
  { id: "approve", label: "Approve" },
  { id: "deny", label: "Deny" },
];

/** A cut text, option or command changes the question's meaning, so the client drops and reports the question. */
export const question: EventRecord<QuestionData> = {
  kind: "other",
  search_label: "Questions",
  title: ({ text }) => text,
  chapter: () => "question",
  fields: {
    question_id: sized("question_id_bytes", "drop"),
    kind: "fixed",
    text: sized("question_text_bytes", "drop"),
    options: {
      limit: "question_options_bytes",
      excess: "drop",
      each: { id: "option_id_bytes", label: "label_bytes", description: "description_bytes" },
    },
    detail: sized("question_detail_bytes", "drop"),
    expires_at: "fixed",
    default: sized("answer_text_bytes", "drop"),
  },
};
