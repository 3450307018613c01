/** The text of a question and its answer for every view. */
import type { Stage, StageQuestion } from "../../fold/stage.ts";
import { approvalOptions, type QuestionOption } from "./event.ts";

export function questionOf(stage: Stage, id: string): StageQuestion | undefined {
  const place = stage.question_places.get(id);
  return place === undefined ? undefined : stage.questions.get(place);
}

/** The options to choose from. A text has none. */
export const optionsOf = ({ kind, options }: StageQuestion): readonly QuestionOption[] =>
  options ?? (kind === "approval" ? approvalOptions : []);

/** The chosen option, the words, or both; a note after a timeout; empty while the question is open. */
export function answerText(question: StageQuestion): string {
  const { answer } = question;
  if (!answer) return "";
  const chosen = optionsOf(question).find(({ id }) => id === answer.option)?.label ?? answer.option;
  const said = [chosen, answer.text].filter((part) => part !== null && part !== "");
  return said.length > 0 ? said.join(": ") : "no answer in time";
}
