/** The Mind's rows: thoughts and errors in one line of time. Grows with the stage, row by row. */
import { List, type Stage, type Thought } from "@kulti/protocol";

export type MindRow = { kind: "thought"; index: number } | { kind: "error"; index: number };

export type MindRows = List<MindRow>;

/** Rows of `stage`, given the rows of an earlier state of it. Called after each event, so at most one row is new. */
export function extend_rows(rows: MindRows, before: Stage, stage: Stage): MindRows {
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
export function row_of(rows: MindRows, { thoughts, errors }: Stage, seq: number): number {
  const seq_at = (index: number): number => {
    const row = rows.get(index);
    return (
      (row?.kind === "error" ? errors.get(row.index) : thoughts.get(row?.index ?? 0))?.seq ?? 0
    );
  };
  return Math.max(0, count_before(rows.length, (index) => seq_at(index) <= seq) - 1);
}

/** The last thought that began before the event `seq`. */
export function thought_before({ thoughts }: Stage, seq: number): Thought | undefined {
  return thoughts.get(
    count_before(thoughts.length, (index) => (thoughts.get(index)?.seq ?? 0) < seq) - 1,
  );
}

/** How many of the first `length` places hold what holds for the first ones and not for the rest. */
function count_before(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const no_rows: MindRows = List.empty;
