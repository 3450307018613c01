/**
 * Claude Code transcripts (`~/.claude/projects/…/*.jsonl`, and the output of `--output-format stream-json`).
 *
 * Prompts become the task and a thought, thinking and text become thoughts, tools a short thought and what they did:
 * commands in the terminal, edits as code, to-do lists as milestones. A file is told as changed when the tool's
 * result says so, not before.
 */
import { lines_of_run } from "./claude-lines.ts";
import { ClaudeTools } from "./claude-tools.ts";
import { Files } from "./files.ts";
import type { JsonLine } from "./jsonl.ts";
import type { Recording, Skipped } from "./recording.ts";
import { Track } from "./track.ts";
import {
  count_of,
  element_of,
  type Fields,
  fields_of,
  first_line,
  is_fields,
  joined_text,
  list_of,
  number_of,
  text_of,
  time_of,
  without_elements,
} from "./value.ts";

/** Between lines that bear no time, as those of stream-json. */
const step_ms = 1_000;

export function import_claude_code(lines: JsonLine[], skipped: Skipped[]): Recording {
  const start = lines.map(({ value }) => time_of(value.timestamp)).find((ms) => ms !== undefined);
  const track = new Track(start ?? Date.now());
  track.skipped.push(...skipped);
  const ordered = lines_of_run(lines);
  const importer = new ClaudeImporter(
    track,
    ordered.map(({ value }) => value),
  );
  for (const { number, value } of ordered) {
    track.where = `line ${number}`;
    const moment = time_of(value.timestamp);
    if (moment === undefined) track.advance(value.type === "summary" ? 0 : step_ms);
    else track.at(moment);
    try {
      importer.read(value);
    } catch (error) {
      track.skip(`could not be read: ${(error as Error).message}`);
    }
  }
  importer.end();
  return { format: "claude-code", events: track.events, skipped: track.skipped };
}

class ClaudeImporter {
  readonly #track: Track;
  readonly #files: Files;
  readonly #tools: ClaudeTools;
  readonly #uuids: ReadonlySet<string>;
  /** Usage of one message is repeated on each of its lines, growing, with others between: the last line counts. */
  readonly #last_of_message: ReadonlyMap<string, Fields>;
  /** False in the file of a subagent alone, whose run then is the one that is told. */
  readonly #has_main: boolean;

  constructor(track: Track, lines: Fields[]) {
    this.#track = track;
    this.#files = new Files(track);
    this.#tools = new ClaudeTools(track, this.#files);
    this.#uuids = new Set(lines.map((line) => text_of(line.uuid)));
    this.#has_main = lines.some(
      (line) => (line.type === "user" || line.type === "assistant") && !is_of_subagent(line),
    );
    const with_usage = lines.filter((line) => is_fields(fields_of(line.message).usage));
    this.#last_of_message = new Map(with_usage.map((line) => [message_id(line), line]));
  }

  read(line: Fields) {
    const cwd = text_of(line.cwd);
    if (this.#files.root === "" && cwd !== "") this.#files.root = cwd;
    // Kindred programs write the role alone.
    switch (line.type ?? line.role) {
      case "user":
        return this.#user(line);
      case "assistant":
        return this.#assistant(line);
      case "system":
        return this.#system(line);
      case "summary":
        return this.#summary(line);
      case "result":
        return this.#result(line);
      case "attachment":
        return this.#attachment(fields_of(line.attachment));
      // Book-keeping of the program: nothing an onlooker would have seen.
      case "file-history-snapshot":
      case "file-history-delta":
      case "queue-operation":
      case "progress":
      case "last-prompt":
      case "custom-title":
      case "ai-title":
      case "agent-name":
      case "agent-color":
      case "agent-setting":
      case "mode":
      case "permission-mode":
      case "pr-link":
      case "worktree-state":
      case "tag":
      case "stream_event":
        return;
      default:
        this.#track.skip(`is of the unknown type ${first_line(String(line.type), 60)}`);
    }
  }

  end() {
    this.#track.status("done");
  }

  #user(line: Fields) {
    const content = fields_of(line.message).content;
    for (const block of list_of(content)) {
      const fields = fields_of(block);
      if (fields.type === "tool_result") this.#tools.result(fields, line.toolUseResult);
    }
    const text = ["system-reminder", "local-command-caveat"]
      .reduce(without_elements, joined_text(content))
      .replace(/<\/?user_query>/g, "");
    if (text.trim() === "") return;
    if (line.isMeta === true) {
      // What a slash command stands for; a caveat is for the model alone.
      if (!text.startsWith("Caveat:")) this.#background(text, "command");
      return;
    }
    const is_side = this.#has_main && is_of_subagent(line);
    if (line.isCompactSummary === true) this.#background(text, "summary");
    else if (is_side) this.#background(text, "subagent");
    else this.#spoken(text);
  }

  #background(text: string, kind: string) {
    this.#track.thought("context", text, { priority: "detail", metadata: { kind } });
  }

  /** What a person typed: a prompt, a slash command, a shell command, or a stop. */
  #spoken(text: string) {
    const tag = (name: string): string | undefined => element_of(text, name);
    const slash = tag("command-name");
    const output = tag("local-command-stdout") ?? tag("bash-stdout");
    const shell = tag("bash-input");
    if (slash !== undefined) {
      const line = `${slash} ${tag("command-args") ?? ""}`.trim();
      this.#track.thought("context", line, { metadata: { kind: "command" } });
    } else if (shell !== undefined) {
      this.#track.command(shell);
    } else if (output !== undefined) {
      this.#track.output(output);
      this.#track.output(tag("bash-stderr") ?? "", { stream: "stderr" });
    } else if (text.startsWith("[Request interrupted by user")) {
      this.#track.status("paused");
      this.#track.thought("observation", "Interrupted by the user.");
    } else {
      this.#track.prompt(text);
    }
  }

  #assistant(line: Fields) {
    const message = fields_of(line.message);
    const is_side = this.#has_main && is_of_subagent(line);
    const options = is_side ? { priority: "detail" as const, metadata: { kind: "subagent" } } : {};
    if (this.#last_of_message.get(message_id(line)) === line) this.#count_usage(message, line);
    if (line.isApiErrorMessage === true) return this.#track.error(joined_text(message.content));
    const blocks =
      typeof message.content === "string"
        ? [{ type: "text", text: message.content }]
        : list_of(message.content);
    for (const block of blocks) {
      const fields = fields_of(block);
      if (fields.type === "thinking") {
        if (!is_side) this.#track.status("thinking");
        this.#track.thought("reasoning", text_of(fields.thinking), options);
      } else if (fields.type === "text") {
        const is_answer = message.stop_reason === "end_turn" && !is_side;
        const headline = is_answer ? { ...options, priority: "headline" as const } : options;
        this.#track.thought("general", text_of(fields.text), headline);
      } else if (fields.type === "tool_use" || fields.type === "server_tool_use") {
        if (!is_side) this.#track.status("working");
        this.#tools.use(fields);
      }
    }
    if (message.stop_reason === "end_turn" && !is_side) this.#track.status("waiting");
  }

  #system(line: Fields) {
    const content = text_of(line.content);
    if (line.subtype === "init" && this.#files.root === "") this.#files.root = text_of(line.cwd);
    else if (line.subtype === "local_command") this.#spoken(content);
    else if (line.subtype === "compact_boundary") {
      this.#track.thought("context", content || "The conversation was compacted.", {
        priority: "detail",
      });
    } else if (line.level === "error" || line.subtype === "api_error") {
      const message = text_of(fields_of(line.error).message) || text_of(fields_of(line.cause).code);
      this.#track.error(content || message || "The model's service failed.");
    }
  }

  /** A summary of this conversation; those of earlier ones, which stand at the head of a file, are not part of it. */
  #summary(line: Fields) {
    const leaf = text_of(line.leafUuid);
    if (!this.#uuids.has(leaf) && leaf !== "") return;
    this.#track.thought("evaluation", text_of(line.summary), {
      priority: "headline",
      metadata: { kind: "summary" },
    });
  }

  /** What was typed while the agent was at work waits, and reaches it as an attachment. */
  #attachment({ type, prompt, commandMode }: Fields) {
    if (type !== "queued_command" || commandMode === "task-notification") return;
    const text = joined_text(prompt);
    if (text.trim() !== "") this.#spoken(text);
  }

  #result(line: Fields) {
    const cost_usd = number_of(line.total_cost_usd);
    if (cost_usd !== undefined && cost_usd > 0) this.#track.usage({ cost_usd });
    if (line.is_error === true) this.#track.error(text_of(line.result) || text_of(line.subtype));
  }

  #count_usage(message: Fields, line: Fields) {
    const usage = fields_of(message.usage);
    const model = text_of(message.model);
    const cost_usd = number_of(line.costUSD) ?? 0;
    this.#track.usage({
      ...(model.trim() && model !== "<synthetic>" ? { model } : {}),
      // What was read from the cache or written to it is input too.
      input_tokens:
        count_of(usage.input_tokens) +
        count_of(usage.cache_creation_input_tokens) +
        count_of(usage.cache_read_input_tokens),
      output_tokens: count_of(usage.output_tokens),
      ...(cost_usd > 0 ? { cost_usd } : {}),
    });
  }
}

const is_of_subagent = (line: Fields): boolean =>
  line.isSidechain === true || typeof line.parent_tool_use_id === "string";

const message_id = (line: Fields): string =>
  text_of(fields_of(line.message).id) || text_of(line.requestId) || text_of(line.uuid);
