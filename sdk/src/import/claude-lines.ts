/** The lines of a Claude Code transcript, once each and in the order in which they happened. */
import type { JsonLine } from "./jsonl.ts";
import { time_of } from "./value.ts";

export const lines_of_run = (lines: JsonLine[]): JsonLine[] => in_order(without_repeats(lines));

/** A session that was resumed or forked may tell its earlier lines again. */
function without_repeats(lines: JsonLine[]): JsonLine[] {
  const seen = new Set<string>();
  return lines.filter(({ value: { uuid, message } }) => {
    if (typeof uuid !== "string") return true;
    const told = uuid + JSON.stringify(message);
    const is_new = !seen.has(told);
    seen.add(told);
    return is_new;
  });
}

/**
 * Subagents that worked at the same time stand one behind the other: their lines go where their times say. The main
 * conversation keeps its order, whatever its clock did.
 */
function in_order(lines: JsonLine[]): JsonLine[] {
  const main: { ms: number; line: JsonLine }[] = [];
  const side: { ms: number; line: JsonLine }[] = [];
  let now_ms = 0;
  for (const line of lines) {
    const ms = time_of(line.value.timestamp);
    if (line.value.isSidechain === true && ms !== undefined) {
      side.push({ ms, line });
    } else {
      now_ms = Math.max(now_ms, ms ?? 0);
      main.push({ ms: now_ms, line });
    }
  }
  side.sort((one, other) => one.ms - other.ms);
  const ordered: JsonLine[] = [];
  let next = 0;
  for (const { ms, line } of main) {
    for (let at = side[next]; at && is_before(at, { ms, line }); at = side[++next]) {
      ordered.push(at.line);
    }
    ordered.push(line);
  }
  return ordered.concat(side.slice(next).map(({ line }) => line));
}

const is_before = (
  one: { ms: number; line: JsonLine },
  other: { ms: number; line: JsonLine },
): boolean => (one.ms === other.ms ? one.line.number < other.line.number : one.ms < other.ms);
