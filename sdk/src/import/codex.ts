/**
 * Codex sessions (`~/.codex/sessions/…/rollout-*.jsonl`), the older ones without envelopes too, and what
 * `codex exec --json` prints. Many things stand there twice, as an item of the model's answer and as a message for
 * the screen: the item is taken where there is one.
 */
import { CodexTools } from "./codex-tools.ts";
import { Files } from "./files.ts";
import type { JsonLine } from "./jsonl.ts";
import type { Recording, Skipped } from "./recording.ts";
import { Track } from "./track.ts";
import {
  count_of,
  type Fields,
  fields_of,
  first_line,
  is_fields,
  joined_text,
  list_of,
  text_of,
  time_of,
} from "./value.ts";

/** Between lines that bear no time. */
const step_ms = 1_000;

export function import_codex(lines: JsonLine[], skipped: Skipped[]): Recording {
  const start = lines.map(({ value }) => time_of(value.timestamp)).find((ms) => ms !== undefined);
  const track = new Track(start ?? Date.now());
  track.skipped.push(...skipped);
  const importer = new CodexImporter(
    track,
    lines.map(({ value }) => value),
  );
  for (const { number, value } of lines) {
    track.where = `line ${number}`;
    const moment = time_of(value.timestamp);
    if (moment === undefined) track.advance(step_ms);
    else track.at(moment);
    try {
      importer.read(value);
    } catch (error) {
      track.skip(`could not be read: ${(error as Error).message}`);
    }
  }
  importer.end();
  return { format: "codex", events: track.events, skipped: track.skipped };
}

const kind_of = (line: Fields): string => text_of(line.type);

class CodexImporter {
  readonly #track: Track;
  readonly #files: Files;
  readonly #tools: CodexTools;
  /** What the file tells twice. */
  readonly #has: { user_events: boolean; answer_items: boolean; reasoning_items: boolean };
  #model = "";
  #input_tokens = 0;
  #output_tokens = 0;

  constructor(track: Track, lines: Fields[]) {
    this.#track = track;
    this.#files = new Files(track);
    this.#tools = new CodexTools(track, this.#files);
    const payloads = lines.map((line) => ({
      is_event: line.type === "event_msg",
      payload: is_fields(line.payload) ? line.payload : line,
    }));
    const some = (test: (payload: Fields, is_event: boolean) => boolean): boolean =>
      payloads.some(({ payload, is_event }) => test(payload, is_event));
    this.#has = {
      user_events: some((payload, is_event) => is_event && payload.type === "user_message"),
      answer_items: some(
        (payload, is_event) =>
          !is_event && payload.type === "message" && payload.role === "assistant",
      ),
      reasoning_items: some(
        (payload, is_event) =>
          !is_event && payload.type === "reasoning" && reasoning_of(payload) !== "",
      ),
    };
  }

  read(line: Fields) {
    const payload = fields_of(line.payload);
    switch (kind_of(line)) {
      case "session_meta":
        return this.#root(payload);
      case "turn_context":
        this.#model = text_of(payload.model) || this.#model;
        return this.#root(payload);
      case "event_msg":
        return this.#event(payload);
      case "response_item":
        return this.#item(payload);
      case "compacted":
        return this.#track.thought(
          "context",
          text_of(payload.message) || "The conversation was compacted.",
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
        return this.#tools.exec_item(fields_of(line.item));
      case "turn.completed":
        this.#add_usage(fields_of(line.usage));
        return this.#track.status("waiting");
      case "turn.failed":
      case "error":
        return this.#track.error(text_of(fields_of(line.error).message) || text_of(line.message));
      default:
        // The older files: a head without a type, then the items themselves.
        if (line.record_type !== undefined || (line.type === undefined && line.id !== undefined))
          return;
        this.#item(line);
    }
  }

  end() {
    this.#track.status("done");
  }

  #root(payload: Fields) {
    if (this.#files.root === "") this.#files.root = text_of(payload.cwd);
  }

  #event(event: Fields) {
    switch (event.type) {
      case "user_message":
        return this.#track.prompt(request_in(text_of(event.message)));
      case "agent_message":
        if (!this.#has.answer_items) this.#track.thought("general", text_of(event.message));
        return;
      case "agent_reasoning":
        if (!this.#has.reasoning_items) this.#track.thought("reasoning", text_of(event.text));
        return;
      case "token_count":
        return this.#usage(fields_of(event.info));
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
        return this.#track.error(text_of(event.message));
      case "warning":
        return this.#track.thought("observation", text_of(event.message), { priority: "detail" });
      // Everything else mirrors an item (exec_command_end, patch_apply_end, …) or is the screen's own.
      default:
    }
  }

  #item(item: Fields) {
    switch (item.type) {
      case "message":
        return this.#message(item);
      case "reasoning": {
        const text = reasoning_of(item);
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
        this.#track.skip(`is of the unknown type ${first_line(String(item.type), 60)}`);
    }
  }

  #message(item: Fields) {
    const text = joined_text(item.content);
    if (item.role === "assistant") {
      const is_answer = item.phase === "final_answer";
      return this.#track.thought("general", text, is_answer ? { priority: "headline" } : {});
    }
    if (item.role !== "user") return;
    if (this.#files.root === "") this.#files.root = /<cwd>([^<]+)<\/cwd>/.exec(text)?.[1] ?? "";
    if (this.#has.user_events || is_context(text)) return;
    this.#track.prompt(request_in(text));
  }

  /** Counters run up over the session and are told more than once. */
  #usage(info: Fields) {
    if (!is_fields(info.total_token_usage))
      return this.#add_usage(fields_of(info.last_token_usage));
    const total = info.total_token_usage;
    const input_tokens = count_of(total.input_tokens);
    const output_tokens = count_of(total.output_tokens);
    this.#track.usage({
      ...(this.#model ? { model: this.#model } : {}),
      input_tokens: Math.max(0, input_tokens - this.#input_tokens),
      output_tokens: Math.max(0, output_tokens - this.#output_tokens),
    });
    this.#input_tokens = Math.max(this.#input_tokens, input_tokens);
    this.#output_tokens = Math.max(this.#output_tokens, output_tokens);
  }

  #add_usage(usage: Fields) {
    this.#track.usage({
      ...(this.#model ? { model: this.#model } : {}),
      input_tokens: count_of(usage.input_tokens),
      output_tokens: count_of(usage.output_tokens),
    });
  }
}

function reasoning_of(item: Fields): string {
  const summary = joined_text(list_of(item.summary));
  return (summary || joined_text(item.content)).trim();
}

/** What an editor adds around a request is not what was asked. */
function request_in(text: string): string {
  const marker = "## My request for Codex:";
  const at = text.lastIndexOf(marker);
  return at < 0 ? text : text.slice(at + marker.length);
}

const is_context = (text: string): boolean =>
  /^\s*(<(environment_context|user_instructions|permissions instructions|turn_aborted|skill|subagent_notification|INSTRUCTIONS)\b|# AGENTS\.md instructions)/.test(
    text,
  );
