/** Runs that other programs recorded, as events of Kulti. */
import { event_types } from "@kulti/protocol/event.ts";
import { import_claude_code } from "./claude-code.ts";
import { import_codex } from "./codex.ts";
import { read_json_lines } from "./jsonl.ts";
import { import_kulti } from "./kulti.ts";
import { import_mini_swe_agent } from "./mini-swe-agent.ts";
import { event_lines } from "./ndjson.ts";
import type { Recording, RecordingFormat } from "./recording.ts";
import { import_swe_agent } from "./swe-agent.ts";
import { type Fields, is_fields, json_of } from "./value.ts";

export { type EventLine, read_event } from "./event-line.ts";
export { is_beside_events } from "./ndjson.ts";
export type { Recording, RecordingFormat, Skipped } from "./recording.ts";

/**
 * Tells the format by the content, and reads it. Parts that can't be read are left out and told in `skipped`.
 * @throws {Error} when the text is no recording of a known format.
 */
export function read_recording(text: string): Recording {
  const whole = json_of(text.replace(/^\ufeff/, ""));
  if (is_fields(whole) && (Array.isArray(whole.trajectory) || Array.isArray(whole.history))) {
    return import_swe_agent(whole);
  }
  if (is_fields(whole) && Array.isArray(whole.messages)) return import_mini_swe_agent(whole);
  const list = is_fields(whole) && Array.isArray(whole.loglines) ? whole.loglines : whole;
  if (Array.isArray(list) && is_conversation(list))
    return import_mini_swe_agent({ messages: list });
  const { lines, skipped } = Array.isArray(list)
    ? {
        lines: list.filter(is_fields).map((value, index) => ({ number: index + 1, value })),
        skipped: [],
      }
    : read_json_lines(text.replace(/^\ufeff/, ""));
  const format = detect(lines.map(({ value }) => value));
  if (format === "kulti") return import_kulti(event_lines(lines), skipped);
  if (format === "claude-code") return import_claude_code(lines, skipped);
  if (format === "codex") return import_codex(lines, skipped);
  throw new Error(
    "Cannot read the recording: it is no SWE-agent trajectory, no Claude Code or Codex transcript and no list of Kulti's events.",
  );
}

/** The bare messages of a chat, as the first versions of mini-SWE-agent kept them. */
const is_conversation = (list: unknown[]): boolean =>
  list.length > 1 &&
  list.every((item) => is_fields(item) && typeof item.role === "string" && item.type === undefined);

const codex_types = new Set([
  ...["session_meta", "turn_context", "event_msg", "response_item", "compacted"],
  ...["thread.started", "turn.started", "item.started", "item.completed", "turn.completed"],
  ...["function_call", "function_call_output", "message", "reasoning", "local_shell_call"],
]);
const claude_types = new Set(["user", "assistant", "system", "summary", "result"]);

/** Each line votes; lines that any program might have written don't. */
function detect(values: Fields[]): Exclude<RecordingFormat, "swe-agent"> | null {
  const votes = { kulti: 0, "claude-code": 0, codex: 0 };
  for (const { type: told_type, data, message, role, ...rest } of values) {
    const type = told_type ?? (is_fields(message) ? role : rest.record_type && "message");
    if (typeof type !== "string") continue;
    if ((event_types as readonly string[]).includes(type) && is_fields(data)) votes.kulti++;
    else if (claude_types.has(type) && (is_fields(message) || type !== "user"))
      votes["claude-code"]++;
    else if (codex_types.has(type)) votes.codex++;
  }
  const [best] = Object.entries(votes).sort(([, one], [, other]) => other - one);
  // A word in common makes no format.
  return best && best[1] * 10 > values.length ? (best[0] as keyof typeof votes) : null;
}
