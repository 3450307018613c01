/** Runs that other programs recorded, as events of Kulti. */
import { eventTypes } from "../protocol/event.ts";
import { importClaudeCode } from "./claude-code/claude-code.ts";
import { importCodex } from "./codex/codex.ts";
import { readJsonLines } from "./json-lines.ts";
import { importKulti } from "./kulti/kulti.ts";
import { eventLines } from "./kulti/session-file.ts";
import { importMiniSweAgent } from "./mini-swe-agent/mini-swe-agent.ts";
import type { Recording, RecordingFormat } from "./recording.ts";
import { importSweAgent } from "./swe-agent/swe-agent.ts";
import { type Fields, isFields, jsonOf } from "./value.ts";

export { type EventLine, readEvent } from "./kulti/event-line.ts";
export { isBesideEvents } from "./kulti/session-file.ts";
export type { Recording, RecordingFormat, Skipped } from "./recording.ts";

/**
 * Tells the format by the content, and reads it. Parts that can't be read are left out and told in `skipped`.
 * @throws {Error} when the text is no recording of a known format.
 */
export function readRecording(text: string): Recording {
  const whole = jsonOf(text.replace(/^\ufeff/, ""));
  if (isFields(whole) && (Array.isArray(whole.trajectory) || Array.isArray(whole.history))) {
    return importSweAgent(whole);
  }
  if (isFields(whole) && Array.isArray(whole.messages)) return importMiniSweAgent(whole);
  const list = isFields(whole) && Array.isArray(whole.loglines) ? whole.loglines : whole;
  if (Array.isArray(list) && isConversation(list)) return importMiniSweAgent({ messages: list });
  const { lines, skipped } = Array.isArray(list)
    ? {
        lines: list.filter(isFields).map((value, index) => ({ number: index + 1, value })),
        skipped: [],
      }
    : readJsonLines(text.replace(/^\ufeff/, ""));
  const format = detect(lines.map(({ value }) => value));
  if (format === "kulti") return importKulti(eventLines(lines), skipped);
  if (format === "claude-code") return importClaudeCode(lines, skipped);
  if (format === "codex") return importCodex(lines, skipped);
  throw new Error(
    "Cannot read the recording: it is no SWE-agent trajectory, no Claude Code or Codex transcript and no list of Kulti's events.",
  );
}

/** The bare messages of a chat, as the first versions of mini-SWE-agent kept them. */
const isConversation = (list: unknown[]): boolean =>
  list.length > 1 &&
  list.every((item) => isFields(item) && typeof item.role === "string" && item.type === undefined);

const codexTypes = new Set([
  ...["session_meta", "turn_context", "event_msg", "response_item", "compacted"],
  ...["thread.started", "turn.started", "item.started", "item.completed", "turn.completed"],
  ...["function_call", "function_call_output", "message", "reasoning", "local_shell_call"],
]);
const claudeTypes = new Set(["user", "assistant", "system", "summary", "result"]);

/** Each line votes; lines that any program might have written don't. */
function detect(values: Fields[]): Exclude<RecordingFormat, "swe-agent"> | null {
  const votes = { kulti: 0, "claude-code": 0, codex: 0 };
  for (const { type: toldType, data, message, role, ...rest } of values) {
    const type = toldType ?? (isFields(message) ? role : rest.record_type && "message");
    if (typeof type !== "string") continue;
    if ((eventTypes as readonly string[]).includes(type) && isFields(data)) votes.kulti++;
    else if (claudeTypes.has(type) && (isFields(message) || type !== "user"))
      votes["claude-code"]++;
    else if (codexTypes.has(type)) votes.codex++;
  }
  const [best] = Object.entries(votes).sort(([, one], [, other]) => other - one);
  // A word in common makes no format.
  return best && best[1] * 10 > values.length ? (best[0] as keyof typeof votes) : null;
}
