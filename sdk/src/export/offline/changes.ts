/** What a change did to a file, line by line. */
import { diffArrays } from "diff";

export type Line =
  | { kind: "same"; text: string; number: number }
  | { kind: "added"; text: string; number: number }
  | { kind: "removed"; text: string };

/** Past this, the part that differs counts as rewritten. */
const diffTimeoutMs = 60;

export const linesOf = (text: string): string[] =>
  (text.endsWith("\n") ? text.slice(0, -1) : text).split(/\r?\n/);

export function changedLines(before: string | null, after: string): Line[] {
  const [oldLines, newLines] = [before === null ? [] : linesOf(before), linesOf(after)];
  if (before === null) return newLines.map((text, at) => ({ kind: "same", text, number: at + 1 }));
  const head = common(oldLines, newLines, (lines, at) => lines[at]);
  const rest = [oldLines.slice(head), newLines.slice(head)] as const;
  const tail = common(...rest, (lines, at) => lines[lines.length - 1 - at]);
  const oldMiddle = rest[0].slice(0, rest[0].length - tail);
  const newMiddle = rest[1].slice(0, rest[1].length - tail);
  const lines: Line[] = [];
  let number = 0;
  const add = (kind: Line["kind"], texts: readonly string[]) => {
    for (const text of texts) {
      lines.push(kind === "removed" ? { kind, text } : { kind, text, number: ++number });
    }
  };
  add("same", newLines.slice(0, head));
  const parts = diffArrays(oldMiddle, newMiddle, { timeout: diffTimeoutMs }) ?? [
    { removed: true, added: false, value: oldMiddle },
    { removed: false, added: true, value: newMiddle },
  ];
  for (const { added, removed, value } of parts) {
    add(removed ? "removed" : added ? "added" : "same", value);
  }
  add("same", newLines.slice(newLines.length - tail));
  return lines;
}

function common(
  one: readonly string[],
  other: readonly string[],
  pick: (lines: readonly string[], at: number) => string | undefined,
): number {
  const most = Math.min(one.length, other.length);
  let count = 0;
  while (count < most && pick(one, count) === pick(other, count)) count++;
  return count;
}
