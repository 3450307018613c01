import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

/** Only the first answer counts. An answer to an unknown question changes nothing. */
export function foldAnswer(stage: Stage, event: EventOf<"answer">, at: string): Partial<Stage> {
  const { question_id: id, by, option = null, text = null } = event.data;
  const place = stage.question_places.get(id);
  const question = place === undefined ? undefined : stage.questions.get(place);
  if (place === undefined || !question || question.answer) return {};
  const answer = { seq: event.seq, at, by, option, text };
  return { questions: stage.questions.set(place, { ...question, answer }) };
}
