import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

/** A second question with the same id changes nothing. */
export function foldQuestion(stage: Stage, event: EventOf<"question">, at: string): Partial<Stage> {
  const { question_id: id } = event.data;
  if (stage.question_places.has(id)) return {};
  return {
    questions: stage.questions.push({ ...event.data, seq: event.seq, at, answer: null }),
    question_places: stage.question_places.set(id, stage.questions.length),
  };
}
