/** Compares two versions of a file by lines: what is marked as changed, and the rows of a diff. */
import { diffArrays } from "diff";
import { align } from "./highlight/align.ts";

export type DiffRow =
  | { kind: "same"; text: string; old_line: number; new_line: number }
  | { kind: "removed"; text: string; old_line: number }
  | { kind: "added"; text: string; new_line: number }
  /** Unchanged lines that are left out. */
  | { kind: "gap"; count: number };

/** Lines count from 0. */
export interface LineChange {
  old_start: number;
  old_count: number;
  new_start: number;
  new_count: number;
}

/** Past this, the differing middle counts as rewritten: a diff nobody would read isn't worth the wait. */
const diff_timeout_ms = 60;

export const lines_of = (text: string): string[] =>
  (text.endsWith("\n") ? text.slice(0, -1) : text).split(/\r?\n/);

/** Stretches that differ, in order. */
export function compare_lines(before: readonly string[], after: readonly string[]): LineChange[] {
  const { head, tail } = align(before, after);
  const old_middle = before.slice(head, before.length - tail);
  const new_middle = after.slice(head, after.length - tail);
  if (old_middle.length === 0 && new_middle.length === 0) return [];
  const parts = diffArrays(old_middle, new_middle, { timeout: diff_timeout_ms });
  if (!parts) {
    return [
      {
        old_start: head,
        old_count: old_middle.length,
        new_start: head,
        new_count: new_middle.length,
      },
    ];
  }
  const changes: LineChange[] = [];
  let [old_at, new_at] = [head, head];
  let open: LineChange | null = null;
  for (const { added, removed, value } of parts) {
    if (!added && !removed) {
      old_at += value.length;
      new_at += value.length;
      open = null;
      continue;
    }
    if (!open) {
      open = { old_start: old_at, old_count: 0, new_start: new_at, new_count: 0 };
      changes.push(open);
    }
    if (removed) {
      open.old_count += value.length;
      old_at += value.length;
    } else {
      open.new_count += value.length;
      new_at += value.length;
    }
  }
  return changes;
}

/** A whole diff with `context` unchanged lines around each change. */
export function diff_rows(
  before: readonly string[],
  after: readonly string[],
  context = 3,
): DiffRow[] {
  const rows: DiffRow[] = [];
  const changes = compare_lines(before, after);
  let [old_at, new_at] = [0, 0];
  const keep = (count: number) => {
    for (let index = 0; index < count; index++) {
      rows.push({ kind: "same", text: after[new_at] ?? "", old_line: old_at, new_line: new_at });
      old_at += 1;
      new_at += 1;
    }
  };
  changes.forEach((change, index) => {
    const between = change.new_start - new_at;
    const shown_after = index === 0 ? 0 : Math.min(context, between);
    const shown_before = Math.min(context, between - shown_after);
    const hidden = between - shown_after - shown_before;
    keep(shown_after);
    if (hidden > 0) rows.push({ kind: "gap", count: hidden });
    old_at += hidden;
    new_at += hidden;
    keep(shown_before);
    for (let line = 0; line < change.old_count; line++, old_at++) {
      rows.push({ kind: "removed", text: before[old_at] ?? "", old_line: old_at });
    }
    for (let line = 0; line < change.new_count; line++, new_at++) {
      rows.push({ kind: "added", text: after[new_at] ?? "", new_line: new_at });
    }
  });
  const rest = after.length - new_at;
  keep(Math.min(changes.length > 0 ? context : 0, rest));
  if (after.length - new_at > 0) rows.push({ kind: "gap", count: after.length - new_at });
  return rows;
}

export function count_lines(changes: readonly LineChange[]): { added: number; removed: number } {
  let [added, removed] = [0, 0];
  for (const change of changes) {
    added += change.new_count;
    removed += change.old_count;
  }
  return { added, removed };
}
