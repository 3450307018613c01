/** The lines of a Claude Code transcript in order of time, without repeats. */
import type { JsonLine } from "../json-lines.ts";
import { timeOf } from "../value.ts";

export const linesOfRun = (lines: JsonLine[]): JsonLine[] => inOrder(withoutRepeats(lines));

/** A resumed or forked session may repeat its earlier lines. */
function withoutRepeats(lines: JsonLine[]): JsonLine[] {
  const seen = new Set<string>();
  return lines.filter(({ value: { uuid, message } }) => {
    if (typeof uuid !== "string") return true;
    const told = uuid + JSON.stringify(message);
    const isNew = !seen.has(told);
    seen.add(told);
    return isNew;
  });
}

/**
 * A transcript lists parallel subagents one after the other, so their lines are sorted by time into the main
 * conversation. The main conversation keeps its order, even if its clock jumps.
 */
function inOrder(lines: JsonLine[]): JsonLine[] {
  const main: { ms: number; line: JsonLine }[] = [];
  const side: { ms: number; line: JsonLine }[] = [];
  let nowMs = 0;
  for (const line of lines) {
    const ms = timeOf(line.value.timestamp);
    if (line.value.isSidechain === true && ms !== undefined) {
      side.push({ ms, line });
    } else {
      nowMs = Math.max(nowMs, ms ?? 0);
      main.push({ ms: nowMs, line });
    }
  }
  side.sort((one, other) => one.ms - other.ms);
  const ordered: JsonLine[] = [];
  let next = 0;
  for (const { ms, line } of main) {
    for (let at = side[next]; at && isBefore(at, { ms, line }); at = side[++next]) {
      ordered.push(at.line);
    }
    ordered.push(line);
  }
  return ordered.concat(side.slice(next).map(({ line }) => line));
}

const isBefore = (
  one: { ms: number; line: JsonLine },
  other: { ms: number; line: JsonLine },
): boolean => (one.ms === other.ms ? one.line.number < other.line.number : one.ms < other.ms);
