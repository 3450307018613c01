import { type EventRecord, sized } from "../record.ts";

/** `choice`: one of the options. `text`: free words. `approval`: approve or deny what `detail` says. */
export const questionKinds = ["choice", "text", "approval"] as const;
export type QuestionKind = (typeof questionKinds)[number];

export interface QuestionOption {
  /** Unique in its question. */
  id: string;
  label: string;
  description?: string;
}

/** Something the agent asks a human. Its first `answer` event ends it. */
export interface QuestionData {
  /** Made by the client, unique in its session. */
  question_id: string;
  kind: QuestionKind;
  text: string;
  /** Required for a choice. An approval without options has `approve` and `deny`; a text takes none. */
  options?: QuestionOption[];
  /** The exact command or change that is asked about. */
  detail?: string;
  /** ISO 8601 with offset. After this the question has no answer, or its default. */
  expires_at?: string;
  /** The answer where nobody gave one: the id of an option, for a text the words. */
  default?: string;
}

/** The options of an approval that names none. */
export const approvalOptions: readonly QuestionOption[] = [
  { id: "approve", label: "Approve" },
  { id: "deny", label: "Deny" },
];

/** A question whose words, options or command are cut is another question, so that it is dropped and reported. */
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
