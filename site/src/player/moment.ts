/** What is shown at one place of a session: the folded stage and the Mind's rows that belong to it. */
import { empty_stage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import { extend_rows, type MindRows, no_rows } from "./mind.ts";

export interface Moment {
  readonly stage: Stage;
  readonly rows: MindRows;
}

export const before_all: Moment = { stage: empty_stage, rows: no_rows };

export function next_moment(moment: Moment, event: StoredEvent): Moment {
  const stage = fold(moment.stage, event);
  return stage === moment.stage
    ? moment
    : { stage, rows: extend_rows(moment.rows, moment.stage, stage) };
}

/** Told of each event that is passed on the way. */
export type OnPassed = (before: Moment, after: Moment, event: StoredEvent) => void;
