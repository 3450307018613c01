/** What is shown at one place of a session: the folded stage and the Mind's rows that belong to it. */
import { emptyStage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import { extendRows, type MindRows, noRows } from "./mind.ts";

export interface Snapshot {
  readonly stage: Stage;
  readonly rows: MindRows;
}

export const emptySnapshot: Snapshot = { stage: emptyStage, rows: noRows };

export function nextSnapshot(moment: Snapshot, event: StoredEvent): Snapshot {
  const stage = fold(moment.stage, event);
  return stage === moment.stage
    ? moment
    : { stage, rows: extendRows(moment.rows, moment.stage, stage) };
}

/** Told of each event that is passed on the way. */
export type OnPassed = (before: Snapshot, after: Snapshot, event: StoredEvent) => void;
