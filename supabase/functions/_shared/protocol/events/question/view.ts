/** The text of a question and its answer for every view. */
import type { Stage, StageQuestion } from "../../fold/stage.ts";
import type { Answerer } from "../answer/event.ts";
import { approvalOptions, type QuestionOption } from "./event.ts";

export function questionOf(stage: Stage, id: string): StageQuestion | undefined {
  const place = stage.question_places.get(id);
  return place === undefined ? undefined : stage.questions.get(place);
}

/** The options to choose from. A text has none. */
export const optionsOf = ({ kind, options }: StageQuestion): readonly QuestionOption[] =>
  options ?? (kind === "approval" ? approvalOptions : []);

/** The label of a question, for every view. */
export const askText = ({ kind }: Pick<StageQuestion, "kind">): string =>
  kind === "approval" ? "asks for approval" : "question";

const answererWords: Record<Exclude<Answerer, "timeout">, string> = {
  owner: "the owner",
  viewers: "viewers",
  local: "the agent's machine",
};

/** A lead in our words, then the chosen option, the answer's words, or both, which are untrusted. */
export type QuestionEnd = readonly [lead: string, text?: string];

/** How a question ended, or that it is open. `isOver`: the session is; `nowMs`: the moment of the view. */
export function endOf(question: StageQuestion, isOver: boolean, nowMs: number): QuestionEnd {
  const { answer, expires_at: expiresAt, default: taken } = question;
  const isLate = expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;
  if (!answer && !isLate) return [isOver ? "Not answered" : "Waiting for an answer"];
  const option = answer ? answer.option : taken;
  const label = optionsOf(question).find(({ id }) => id === option)?.label ?? option;
  const said = [label, answer?.text].filter(Boolean).join(": ");
  if (answer && answer.by !== "timeout") return [`Answered by ${answererWords[answer.by]}`, said];
  return said ? ["Not answered in time, default taken", said] : ["Not answered in time"];
}

export const endText = (end: QuestionEnd): string => end.join(": ");
