/** Applies edits to text. Skips and reports an edit that does not fit and never guesses, so the text stays valid. */
import type { CodeEdit, DiffHunk, TextReplacement } from "../event.ts";
import { indexOf } from "../text.ts";

export interface Edited {
  text: string;
  /** The edits that did not fit the text. */
  unfit: CodeEdit[];
}

interface Shift {
  start: number;
  by: number;
}

/** The work that one list of edits may still cause. Every reader counts it in the same way. */
interface Left {
  /** Characters that replacements search, and lines that hunks move. */
  characters: number;
  comparisons: number;
}

/**
 * A thousand hostile edits of a megabyte must not freeze a viewer's page: edits beyond this do not fit. A hundred
 * edits of the largest file, or a thousand of one of 100 KB, stay far below.
 */
const maxCharacters = 128 * 1_048_576;
const maxComparisons = 2_000_000;

/**
 * Applies the edits in order, each to the result of those before it. Hunks count lines in the text before all edits.
 * A replacement fits if its old text occurs; an empty old text fits only an empty text. A hunk fits if its removed
 * lines occur anywhere. The place nearest to its start wins, because agents miscount.
 */
export function applyEdits(text: string, edits: readonly CodeEdit[]): Edited {
  const unfit: CodeEdit[] = [];
  const shifts: Shift[] = [];
  const left: Left = { characters: maxCharacters, comparisons: maxComparisons };
  let whole = text;
  let lines: string[] | null = null;
  for (const edit of edits) {
    if (isHunk(edit)) {
      lines ??= whole.split("\n");
      if (!applyHunk(lines, edit, shifts, left)) unfit.push(edit);
      continue;
    }
    if (lines) whole = lines.join("\n");
    lines = null;
    const next = replaceText(whole, edit, left);
    if (next === null) unfit.push(edit);
    else whole = next;
  }
  return { text: lines ? lines.join("\n") : whole, unfit };
}

export const isHunk = (edit: CodeEdit): edit is DiffHunk => "start" in edit;

/** An edit of an unknown file that still gives its content: the file was empty or new. */
export const startsFile = (edit: CodeEdit | undefined): edit is TextReplacement =>
  edit !== undefined && !isHunk(edit) && edit.old_text === "";

function replaceText(text: string, edit: TextReplacement, left: Left): string | null {
  if (edit.old_text === "") return text === "" ? edit.new_text : null;
  left.characters -= text.length;
  const at = left.characters < 0 ? -1 : indexOf(text, edit.old_text, left);
  if (at < 0) return null;
  return text.slice(0, at) + edit.new_text + text.slice(at + edit.old_text.length);
}

function applyHunk(lines: string[], hunk: DiffHunk, shifts: Shift[], left: Left): boolean {
  left.characters -= lines.length;
  if (left.characters < 0) return false;
  const moved = shifts.reduce((sum, { start, by }) => (start < hunk.start ? sum + by : sum), 0);
  const at = nearestMatch(lines, hunk.removed, hunk.start - 1 + moved, left);
  if (at < 0) return false;
  const carriage = (lines[at] ?? lines[at - 1] ?? "").endsWith("\r");
  const added = carriage ? hunk.added.map((line) => `${withoutCr(line)}\r`) : hunk.added;
  replaceLines(lines, at, hunk.removed.length, added);
  shifts.push({ start: hunk.start, by: hunk.added.length - hunk.removed.length });
  return true;
}

/** In pieces, because a spread of a very long list overflows the stack. */
function replaceLines(lines: string[], at: number, gone: number, added: readonly string[]): void {
  const piece = 1_000;
  lines.splice(at, gone, ...added.slice(0, piece));
  for (let start = piece; start < added.length; start += piece) {
    lines.splice(at + start, 0, ...added.slice(start, start + piece));
  }
}

/** The search distance of one hunk, above and below the expected place. */
const maxHunkComparisons = 100_000;

function nearestMatch(
  lines: readonly string[],
  wanted: readonly string[],
  near: number,
  left: Left,
): number {
  const last = lines.length - wanted.length;
  const expected = Math.max(0, Math.min(near, lines.length));
  if (wanted.length === 0) return expected;
  const affordable = Math.min(maxHunkComparisons, left.comparisons);
  const reach = Math.min(lines.length, Math.floor(affordable / wanted.length));
  for (let distance = 0; distance <= reach; distance++) {
    left.comparisons -= wanted.length;
    const above = expected - distance;
    const below = expected + distance;
    if (above >= 0 && above <= last && matches(lines, wanted, above)) return above;
    if (below <= last && matches(lines, wanted, below)) return below;
  }
  return -1;
}

function matches(lines: readonly string[], wanted: readonly string[], at: number): boolean {
  return wanted.every((line, index) => withoutCr(lines[at + index] ?? "") === withoutCr(line));
}

const withoutCr = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);
