/** What is shown at one place of a session: the folded stage and the Mind's rows that belong to it. */
import { emptyStage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import { extendRows, type MindRows, noRows } from "./mind.ts";

export interface Moment {
  readonly stage: Stage;
  readonly rows: MindRows;
}

export const beforeAll: Moment = { stage: emptyStage, rows: noRows };

export function nextMoment(moment: Moment, event: StoredEvent): Moment {
  const stage = fold(moment.stage, event);
  return stage === moment.stage
    ? moment
    : { stage, rows: extendRows(moment.rows, moment.stage, stage) };
}

/** Told of each event that is passed on the way. */
export type OnPassed = (before: Moment, after: Moment, event: StoredEvent) => void;
