/** The state at one place of a session: the folded stage and its rows in the Mind. */
import { emptyStage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import { extendRows, type MindRows, noRows } from "./mind.ts";

export interface Snapshot {
  readonly stage: Stage;
  readonly rows: MindRows;
}

export const emptySnapshot: Snapshot = { stage: emptyStage, rows: noRows };

export function nextSnapshot(snapshot: Snapshot, event: StoredEvent): Snapshot {
  const stage = fold(snapshot.stage, event);
  return stage === snapshot.stage
    ? snapshot
    : { stage, rows: extendRows(snapshot.rows, snapshot.stage, stage) };
}
