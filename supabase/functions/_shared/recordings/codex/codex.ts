/**
 * Reads Codex sessions (`~/.codex/sessions/…/rollout-*.jsonl`), also older ones without envelopes, and the output of
 * `codex exec --json`. Many things occur twice: as an item of the model's answer and as a message for the screen. The
 * item takes precedence.
 */
import { Files } from "../files.ts";
import type { JsonLine } from "../json-lines.ts";
import type { RecordedRun, Skipped } from "../recording.ts";
import { readTimedLines } from "../timed-lines.ts";
import type { Track } from "../track.ts";
import {
  countOf,
  type Fields,
  fieldsOf,
  firstLine,
  isFields,
  joinedText,
  listOf,
  textOf,
} from "../value.ts";
import { CodexTools } from "./tools.ts";

const lineTypes = new Set([
  ...["session_meta", "turn_context", "event_msg", "response_item", "compacted"],
  ...["thread.started", "turn.started", "item.started", "item.completed", "turn.completed"],
  ...["function_call", "function_call_output", "message", "reasoning", "local_shell_call"],
]);

/** The oldest sessions contain state records, which have a `record_type` and no `type`. */
export function isCodexLine({ type, record_type: recordType }: Fields): boolean {
  const told = type ?? (recordType && "message");
  return typeof told === "string" && lineTypes.has(told);
}

/** The duration of a line without a time. */
const stepMs = 1_000;

export const readCodex = (lines: JsonLine[], skipped: Skipped[]): RecordedRun =>
  readTimedLines(
    lines,
    skipped,
    (track, values) => new CodexReader(track, values),
    () => stepMs,
  );

const kindOf = (line: Fields): string => textOf(line.type);

class CodexReader {
  readonly #track: Track;
  readonly #files: Files;
  readonly #tools: CodexTools;
  /** The kinds of lines that the file has, for things that it may repeat. */
  readonly #has: { userEvents: boolean; answerItems: boolean; reasoningItems: boolean };
  #model = "";
  #inputTokens = 0;
  #outputTokens = 0;

  constructor(track: Track, lines: Fields[]) {
    this.#track = track;
    this.#files = new Files(track);
    this.#tools = new CodexTools(track, this.#files);
    const payloads = lines.map((line) => ({
      isEvent: line.type === "event_msg",
      payload: isFields(line.payload) ? line.payload : line,
    }));
    const some = (test: (payload: Fields, isEvent: boolean) => boolean): boolean =>
      payloads.some(({ payload, isEvent }) => test(payload, isEvent));
    this.#has = {
      userEvents: some((payload, isEvent) => isEvent && payload.type === "user_message"),
      answerItems: some(
        (payload, isEvent) =>
          !isEvent && payload.type === "message" && payload.role === "assistant",
      ),
      reasoningItems: some(
        (payload, isEvent) =>
          !isEvent && payload.type === "reasoning" && reasoningOf(payload) !== "",
      ),
    };
  }

  read(line: Fields) {
    const payload = fieldsOf(line.payload);
    switch (kindOf(line)) {
      case "session_meta":
        return this.#root(payload);
      case "turn_context":
        this.#model = textOf(payload.model) || this.#model;
        return this.#root(payload);
      case "event_msg":
        return this.#event(payload);
      case "response_item":
        return this.#item(payload);
      case "compacted":
        return this.#track.thought(
          "context",
          textOf(payload.message) || "The conversation was compacted.",
          { priority: "detail" },
        );
      case "ghost_snapshot":
      case "world_state":
      case "inter_agent_communication_metadata":
        return;
      case "thread.started":
      case "turn.started":
      case "item.started":
      case "item.updated":
        return;
      case "item.completed":
        return this.#tools.execItem(fieldsOf(line.item));
      case "turn.completed":
        this.#addUsage(fieldsOf(line.usage));
        return this.#track.status("waiting");
      case "turn.failed":
      case "error":
        return this.#track.error(textOf(fieldsOf(line.error).message) || textOf(line.message));
      default:
        // Older files have a header without a type, then the items.
        if (line.record_type !== undefined || (line.type === undefined && line.id !== undefined))
          return;
        this.#item(line);
    }
  }

  end() {
    this.#track.status("done");
  }

  #root(payload: Fields) {
    if (this.#files.root === "") this.#files.root = textOf(payload.cwd);
  }

  #event(event: Fields) {
    switch (event.type) {
      case "user_message":
        return this.#track.prompt(requestIn(textOf(event.message)));
      case "agent_message":
        if (!this.#has.answerItems) this.#track.thought("general", textOf(event.message));
        return;
      case "agent_reasoning":
        if (!this.#has.reasoningItems) this.#track.thought("reasoning", textOf(event.text));
        return;
      case "token_count":
        return this.#usage(fieldsOf(event.info));
      case "task_started":
      case "turn_started":
        return this.#track.status("working");
      case "task_complete":
      case "turn_complete":
        return this.#track.status("waiting");
      case "turn_aborted":
        this.#track.status("paused");
        return this.#track.thought("observation", "Interrupted by the user.");
      case "error":
      case "stream_error":
        return this.#track.error(textOf(event.message));
      case "warning":
        return this.#track.thought("observation", textOf(event.message), { priority: "detail" });
      // Every other message repeats an item (exec_command_end, patch_apply_end, …) or is only for the screen.
      default:
    }
  }

  #item(item: Fields) {
    switch (item.type) {
      case "message":
        return this.#message(item);
      case "reasoning": {
        const text = reasoningOf(item);
        if (text === "") return;
        this.#track.status("thinking");
        return this.#track.thought("reasoning", text);
      }
      case "function_call":
      case "custom_tool_call":
      case "local_shell_call":
      case "web_search_call":
      case "tool_search_call":
        this.#track.status("working");
        return this.#tools.call(item);
      case "function_call_output":
      case "custom_tool_call_output":
        return this.#tools.output(item);
      case "ghost_snapshot":
      case "compaction":
      case "tool_search_output":
        return;
      default:
        this.#track.skip(`has the unknown type ${firstLine(String(item.type), 60)}`);
    }
  }

  #message(item: Fields) {
    const text = joinedText(item.content);
    if (item.role === "assistant") {
      const isAnswer = item.phase === "final_answer";
      return this.#track.thought("general", text, isAnswer ? { priority: "headline" } : {});
    }
    if (item.role !== "user") return;
    if (this.#files.root === "") this.#files.root = /<cwd>([^<]+)<\/cwd>/.exec(text)?.[1] ?? "";
    if (this.#has.userEvents || isContext(text)) return;
    this.#track.prompt(requestIn(text));
  }

  /** The counters are totals of the session, and the file repeats them. */
  #usage(info: Fields) {
    if (!isFields(info.total_token_usage)) return this.#addUsage(fieldsOf(info.last_token_usage));
    const total = info.total_token_usage;
    const inputTokens = countOf(total.input_tokens);
    const outputTokens = countOf(total.output_tokens);
    this.#track.usage({
      ...(this.#model ? { model: this.#model } : {}),
      input_tokens: Math.max(0, inputTokens - this.#inputTokens),
      output_tokens: Math.max(0, outputTokens - this.#outputTokens),
    });
    this.#inputTokens = Math.max(this.#inputTokens, inputTokens);
    this.#outputTokens = Math.max(this.#outputTokens, outputTokens);
  }

  #addUsage(usage: Fields) {
    this.#track.usage({
      ...(this.#model ? { model: this.#model } : {}),
      input_tokens: countOf(usage.input_tokens),
      output_tokens: countOf(usage.output_tokens),
    });
  }
}

function reasoningOf(item: Fields): string {
  const summary = joinedText(listOf(item.summary));
  return (summary || joinedText(item.content)).trim();
}

/** The request without the text that an editor adds around it. */
function requestIn(text: string): string {
  const marker = "## My request for Codex:";
  const at = text.lastIndexOf(marker);
  return at < 0 ? text : text.slice(at + marker.length);
}

const isContext = (text: string): boolean =>
  /^\s*(<(environment_context|user_instructions|permissions instructions|turn_aborted|skill|subagent_notification|INSTRUCTIONS)\b|# AGENTS\.md instructions)/.test(
    text,
  );
