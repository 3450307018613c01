/** What a change did to a file, line by line. */
import { diffArrays } from "diff";

export type Line =
  | { kind: "same"; text: string; number: number }
  | { kind: "added"; text: string; number: number }
  | { kind: "removed"; text: string };

/** Past this, the part that differs counts as rewritten. */
const diff_timeout_ms = 60;

export const lines_of = (text: string): string[] =>
  (text.endsWith("\n") ? text.slice(0, -1) : text).split(/\r?\n/);

export function changed_lines(before: string | null, after: string): Line[] {
  const [old_lines, new_lines] = [before === null ? [] : lines_of(before), lines_of(after)];
  if (before === null) return new_lines.map((text, at) => ({ kind: "same", text, number: at + 1 }));
  const head = common(old_lines, new_lines, (lines, at) => lines[at]);
  const rest = [old_lines.slice(head), new_lines.slice(head)] as const;
  const tail = common(...rest, (lines, at) => lines[lines.length - 1 - at]);
  const old_middle = rest[0].slice(0, rest[0].length - tail);
  const new_middle = rest[1].slice(0, rest[1].length - tail);
  const lines: Line[] = [];
  let number = 0;
  const add = (kind: Line["kind"], texts: readonly string[]) => {
    for (const text of texts) {
      lines.push(kind === "removed" ? { kind, text } : { kind, text, number: ++number });
    }
  };
  add("same", new_lines.slice(0, head));
  const parts = diffArrays(old_middle, new_middle, { timeout: diff_timeout_ms }) ?? [
    { removed: true, added: false, value: old_middle },
    { removed: false, added: true, value: new_middle },
  ];
  for (const { added, removed, value } of parts) {
    add(removed ? "removed" : added ? "added" : "same", value);
  }
  add("same", new_lines.slice(new_lines.length - tail));
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
