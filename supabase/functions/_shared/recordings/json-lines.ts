import type { Skipped } from "./recording.ts";
import { type Fields, isFields } from "./value.ts";

export interface JsonLine {
  /** Starts at 1. */
  number: number;
  value: Fields;
}

const mayBeJson = /^\s*[[{"\-\dtfn]/;

/** The objects of a JSON Lines text. Lists all other lines in `skipped`, also a last line that is cut off. */
export function readJsonLines(text: string): { lines: JsonLine[]; skipped: Skipped[] } {
  const lines: JsonLine[] = [];
  const skipped: Skipped[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const where = `line ${index + 1}`;
    // A text of another format would throw on most lines, which takes ten times as long.
    if (!mayBeJson.test(line)) {
      skipped.push({ where, why: "is not JSON" });
      continue;
    }
    try {
      const value: unknown = JSON.parse(line);
      if (isFields(value)) lines.push({ number: index + 1, value });
      else skipped.push({ where, why: "is not a JSON object" });
    } catch {
      skipped.push({ where, why: "is not JSON" });
    }
  }
  return { lines, skipped };
}
