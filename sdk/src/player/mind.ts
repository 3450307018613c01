/** The Mind's rows: thoughts, errors and questions in order of time. Grows with the stage, row by row. */
import {
  List,
  type Stage,
  type StageError,
  type StageQuestion,
  type Thought,
} from "@kulti/protocol";

interface MindEntries {
  thought: Thought;
  error: StageError;
  question: StageQuestion;
}

type MindKind = keyof MindEntries;

const listsOf = ({ thoughts, errors, questions }: Stage) =>
  ({ thought: thoughts, error: errors, question: questions }) satisfies {
    [Kind in MindKind]: List<MindEntries[Kind]>;
  };

export interface MindRow {
  kind: MindKind;
  /** The index in the stage's list of this kind. */
  index: number;
}

export type MindRows = List<MindRow>;

/** The rows of `stage`, from the rows of the previous stage. Call it after each event: at most one row is new. */
export function extendRows(rows: MindRows, before: Stage, stage: Stage): MindRows {
  let extended = rows;
  const [old, lists] = [listsOf(before), listsOf(stage)];
  for (const kind of Object.keys(lists) as MindKind[]) {
    for (let index = old[kind].length; index < lists[kind].length; index++) {
      extended = extended.push({ kind, index });
    }
  }
  return extended;
}

/** A row's entry, if the row is of this kind. */
export function entryAt<Kind extends MindKind>(
  rows: MindRows,
  stage: Stage,
  index: number,
  kind: Kind,
): MindEntries[Kind] | undefined {
  const row = rows.get(index);
  return row?.kind === kind
    ? (listsOf(stage)[kind].get(row.index) as MindEntries[Kind] | undefined)
    : undefined;
}

/** The index of the row of event `seq`, or else of the nearest row before it. */
export function rowOf(rows: MindRows, stage: Stage, seq: number): number {
  const lists = listsOf(stage);
  const seqAt = (index: number): number => {
    const row = rows.get(index);
    return (row && lists[row.kind].get(row.index)?.seq) ?? 0;
  };
  return Math.max(0, countBefore(rows.length, (index) => seqAt(index) <= seq) - 1);
}

/** The last thought that started before the event `seq`. */
export function thoughtBefore({ thoughts }: Stage, seq: number): Thought | undefined {
  return thoughts.get(
    countBefore(thoughts.length, (index) => (thoughts.get(index)?.seq ?? 0) < seq) - 1,
  );
}

/** The number of leading places for which `holds` is true. It must be false for all later ones. */
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
