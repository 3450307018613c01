/** The Mind's rows: thoughts and errors in one line of time. Grows with the stage, row by row. */
import { List, type Stage, type Thought } from "@kulti/protocol";

export type MindRow = { kind: "thought"; index: number } | { kind: "error"; index: number };

export type MindRows = List<MindRow>;

/** Rows of `stage`, given the rows of an earlier state of it. Called after each event, so at most one row is new. */
export function extendRows(rows: MindRows, before: Stage, stage: Stage): MindRows {
  let extended = rows;
  for (let index = before.thoughts.length; index < stage.thoughts.length; index++) {
    extended = extended.push({ kind: "thought", index });
  }
  for (let index = before.errors.length; index < stage.errors.length; index++) {
    extended = extended.push({ kind: "error", index });
  }
  return extended;
}

/** Where a thought or an error stands; the nearest before it where there is none of that `seq`. */
export function rowOf(rows: MindRows, { thoughts, errors }: Stage, seq: number): number {
  const seqAt = (index: number): number => {
    const row = rows.get(index);
    return (
      (row?.kind === "error" ? errors.get(row.index) : thoughts.get(row?.index ?? 0))?.seq ?? 0
    );
  };
  return Math.max(0, countBefore(rows.length, (index) => seqAt(index) <= seq) - 1);
}

/** The last thought that began before the event `seq`. */
export function thoughtBefore({ thoughts }: Stage, seq: number): Thought | undefined {
  return thoughts.get(
    countBefore(thoughts.length, (index) => (thoughts.get(index)?.seq ?? 0) < seq) - 1,
  );
}

/** How many of the first `length` places hold what holds for the first ones and not for the rest. */
function countBefore(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const noRows: MindRows = List.empty;
