/**
 * `(stage, event) → stage`: turns the events of a session into the state of the screen. Live view and replay both use
 * it. Pure; the old stage stays valid and shares its structure with the new one. Any stored event folds, in any
 * order: it keeps the usable parts of an event that makes no sense (an edit that does not fit, a rename of an unknown
 * file).
 */
import type { EventOf, EventType, StoredEvent } from "../event.ts";
import { foldAnswer } from "../events/answer/fold.ts";
import { foldCode } from "../events/code/fold.ts";
import { foldError } from "../events/error/fold.ts";
import { foldGoal } from "../events/goal/fold.ts";
import { foldMilestone } from "../events/milestone/fold.ts";
import { foldPreview } from "../events/preview/fold.ts";
import { foldQuestion } from "../events/question/fold.ts";
import { foldStatus } from "../events/status/fold.ts";
import { foldTask } from "../events/task/fold.ts";
import { foldTerminal } from "../events/terminal/fold.ts";
import { foldThought } from "../events/thought/fold.ts";
import { foldUsage } from "../events/usage/fold.ts";
import { Dict } from "./dict.ts";
import { List } from "./list.ts";
import type { Stage } from "./stage.ts";

export const emptyStage: Stage = {
  seq: 0,
  at: null,
  started_at: null,
  status: "starting",
  task: null,
  goal: null,
  milestones: Dict.empty,
  thoughts: List.empty,
  streams: Dict.empty,
  files: Dict.empty,
  active_file: null,
  terminal: List.empty,
  errors: List.empty,
  preview_url: null,
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0, model: null },
  questions: List.empty,
  question_places: Dict.empty,
};

/** An event at or before `stage.seq` is already folded, so it returns the same stage. */
export function fold(stage: Stage, event: StoredEvent): Stage {
  if (event.seq <= stage.seq) return stage;
  const at = later(stage.at, event.at);
  const startedAt = stage.started_at ?? event.at;
  // An agent that sends work but no status has started too.
  const status = stage.status === "starting" ? "live" : stage.status;
  return {
    ...stage,
    seq: event.seq,
    at,
    started_at: startedAt,
    status,
    ...changes(stage, event, at),
  };
}

export function foldAll(stage: Stage, events: Iterable<StoredEvent>): Stage {
  let folded = stage;
  for (const event of events) folded = fold(folded, event);
  return folded;
}

type FoldStep<Type extends EventType> = (
  stage: Stage,
  event: EventOf<Type>,
  at: string,
) => Partial<Stage>;

const steps: { [Type in EventType]: FoldStep<Type> } = {
  thought: foldThought,
  code: foldCode,
  terminal: foldTerminal,
  status: foldStatus,
  task: foldTask,
  goal: foldGoal,
  milestone: foldMilestone,
  error: foldError,
  preview: foldPreview,
  usage: foldUsage,
  question: foldQuestion,
  answer: foldAnswer,
};

function changes(stage: Stage, event: StoredEvent, at: string): Partial<Stage> {
  // An event of a later version of the contract counts, but changes nothing on the stage.
  if (!Object.hasOwn(steps, event.type)) return {};
  return (steps[event.type] as FoldStep<EventType>)(stage, event, at);
}

/** Times come as `…Z` or with an offset and with any number of decimals, so they are compared as moments. */
function later(one: string | null, other: string): string {
  return one !== null && !(Date.parse(other) > Date.parse(one)) ? one : other;
}
