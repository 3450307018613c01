/** Compares two versions of a file by lines, for the marks of changes and the rows of a diff. */
import { diffArrays } from "diff";
import { align } from "./align.ts";

export type DiffRow =
  | { kind: "same"; text: string; oldLine: number; newLine: number }
  | { kind: "removed"; text: string; oldLine: number }
  | { kind: "added"; text: string; newLine: number }
  /** The number of unchanged lines left out. */
  | { kind: "gap"; count: number };

/** Line numbers start at 0. */
export interface LineChange {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
}

/** If the diff takes longer, the whole differing middle counts as changed. Nobody reads so large a diff. */
const diffTimeoutMs = 60;

export const linesOf = (text: string): string[] =>
  (text.endsWith("\n") ? text.slice(0, -1) : text).split(/\r?\n/);

/** The ranges that differ, in order. */
export function compareLines(before: readonly string[], after: readonly string[]): LineChange[] {
  const { head, tail } = align(before, after);
  const oldMiddle = before.slice(head, before.length - tail);
  const newMiddle = after.slice(head, after.length - tail);
  if (oldMiddle.length === 0 && newMiddle.length === 0) return [];
  const parts = diffArrays(oldMiddle, newMiddle, { timeout: diffTimeoutMs });
  if (!parts) {
    return [
      {
        oldStart: head,
        oldCount: oldMiddle.length,
        newStart: head,
        newCount: newMiddle.length,
      },
    ];
  }
  const changes: LineChange[] = [];
  let [oldAt, newAt] = [head, head];
  let open: LineChange | null = null;
  for (const { added, removed, value } of parts) {
    if (!added && !removed) {
      oldAt += value.length;
      newAt += value.length;
      open = null;
      continue;
    }
    if (!open) {
      open = { oldStart: oldAt, oldCount: 0, newStart: newAt, newCount: 0 };
      changes.push(open);
    }
    if (removed) {
      open.oldCount += value.length;
      oldAt += value.length;
    } else {
      open.newCount += value.length;
      newAt += value.length;
    }
  }
  return changes;
}

/** The diff of a file with `context` unchanged lines around each change, or with all lines for `Infinity`. */
export function diffRows(
  before: readonly string[],
  after: readonly string[],
  context = 3,
): DiffRow[] {
  const rows: DiffRow[] = [];
  const changes = compareLines(before, after);
  let [oldAt, newAt] = [0, 0];
  const keep = (count: number) => {
    for (let index = 0; index < count; index++) {
      rows.push({ kind: "same", text: after[newAt] ?? "", oldLine: oldAt, newLine: newAt });
      oldAt += 1;
      newAt += 1;
    }
  };
  changes.forEach((change, index) => {
    const between = change.newStart - newAt;
    const shownAfter = index === 0 ? 0 : Math.min(context, between);
    const shownBefore = Math.min(context, between - shownAfter);
    const hidden = between - shownAfter - shownBefore;
    keep(shownAfter);
    if (hidden > 0) rows.push({ kind: "gap", count: hidden });
    oldAt += hidden;
    newAt += hidden;
    keep(shownBefore);
    for (let line = 0; line < change.oldCount; line++, oldAt++) {
      rows.push({ kind: "removed", text: before[oldAt] ?? "", oldLine: oldAt });
    }
    for (let line = 0; line < change.newCount; line++, newAt++) {
      rows.push({ kind: "added", text: after[newAt] ?? "", newLine: newAt });
    }
  });
  const rest = after.length - newAt;
  keep(changes.length > 0 || context === Number.POSITIVE_INFINITY ? Math.min(context, rest) : 0);
  if (after.length - newAt > 0) rows.push({ kind: "gap", count: after.length - newAt });
  return rows;
}

export function countLines(changes: readonly LineChange[]): { added: number; removed: number } {
  let [added, removed] = [0, 0];
  for (const change of changes) {
    added += change.newCount;
    removed += change.oldCount;
  }
  return { added, removed };
}
