/**
 * Reads Claude Code transcripts (`~/.claude/projects/…/*.jsonl`, and the output of `--output-format stream-json`).
 *
 * A prompt becomes the task and a thought. Thinking and text become thoughts. A tool becomes a short thought and its
 * effect: a command in the terminal, an edit of code, milestones for a to-do list. A file changes only when the tool's
 * result confirms the change.
 */
import { Files } from "../files.ts";
import type { JsonLine } from "../json-lines.ts";
import type { RecordedRun, Skipped } from "../recording.ts";
import { readTimedLines } from "../timed-lines.ts";
import type { Track } from "../track.ts";
import {
  countOf,
  elementOf,
  type Fields,
  fieldsOf,
  firstLine,
  isFields,
  joinedText,
  listOf,
  numberOf,
  textOf,
  withoutElements,
} from "../value.ts";
import { linesOfRun } from "./lines.ts";
import { ClaudeTools } from "./tools.ts";

const lineTypes = new Set(["user", "assistant", "system", "summary", "result"]);

/** Some transcripts have the type in `role`. */
export function isClaudeCodeLine({ type: toldType, role, message }: Fields): boolean {
  const type = toldType ?? (isFields(message) ? role : undefined);
  if (typeof type !== "string" || !lineTypes.has(type)) return false;
  return isFields(message) || type !== "user";
}

/** The duration of lines without a time, such as those of stream-json. */
const stepMs = 1_000;

export const readClaudeCode = (lines: JsonLine[], skipped: Skipped[]): RecordedRun =>
  readTimedLines(
    linesOfRun(lines),
    skipped,
    (track, values) => new ClaudeReader(track, values),
    ({ type }) => (type === "summary" ? 0 : stepMs),
  );

class ClaudeReader {
  readonly #track: Track;
  readonly #files: Files;
  readonly #tools: ClaudeTools;
  readonly #uuids: ReadonlySet<string>;
  /** The lines of a message repeat its growing usage, with other lines between them. The last line counts. */
  readonly #lastOfMessage: ReadonlyMap<string, Fields>;
  /** False if the file holds only a subagent's run. Then that run is the main one. */
  readonly #hasMain: boolean;

  constructor(track: Track, lines: Fields[]) {
    this.#track = track;
    this.#files = new Files(track);
    this.#tools = new ClaudeTools(track, this.#files);
    this.#uuids = new Set(lines.map((line) => textOf(line.uuid)));
    this.#hasMain = lines.some(
      (line) => (line.type === "user" || line.type === "assistant") && !isOfSubagent(line),
    );
    const withUsage = lines.filter((line) => isFields(fieldsOf(line.message).usage));
    this.#lastOfMessage = new Map(withUsage.map((line) => [messageId(line), line]));
  }

  read(line: Fields) {
    const cwd = textOf(line.cwd);
    if (this.#files.root === "" && cwd !== "") this.#files.root = cwd;
    // Similar programs write only the role.
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
        return this.#attachment(fieldsOf(line.attachment));
      // The program's own records, which the user never sees.
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
        this.#track.skip(`has the unknown type ${firstLine(String(line.type), 60)}`);
    }
  }

  end() {
    this.#track.status("done");
  }

  #user(line: Fields) {
    const content = fieldsOf(line.message).content;
    for (const block of listOf(content)) {
      const fields = fieldsOf(block);
      if (fields.type === "tool_result") this.#tools.result(fields, line.toolUseResult);
    }
    const text = ["system-reminder", "local-command-caveat"]
      .reduce(withoutElements, joinedText(content))
      .replace(/<\/?user_query>/g, "");
    if (text.trim() === "") return;
    if (line.isMeta === true) {
      // The expansion of a slash command. A caveat is only for the model.
      if (!text.startsWith("Caveat:")) this.#background(text, "command");
      return;
    }
    const isSide = this.#hasMain && isOfSubagent(line);
    if (line.isCompactSummary === true) this.#background(text, "summary");
    else if (isSide) this.#background(text, "subagent");
    else this.#spoken(text);
  }

  #background(text: string, kind: string) {
    this.#track.thought("context", text, { priority: "detail", metadata: { kind } });
  }

  /** Handles a person's input: a prompt, a slash command, a shell command, or an interruption. */
  #spoken(text: string) {
    const tag = (name: string): string | undefined => elementOf(text, name);
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
    const message = fieldsOf(line.message);
    const isSide = this.#hasMain && isOfSubagent(line);
    const options = isSide ? { priority: "detail" as const, metadata: { kind: "subagent" } } : {};
    if (this.#lastOfMessage.get(messageId(line)) === line) this.#countUsage(message, line);
    if (line.isApiErrorMessage === true) return this.#track.error(joinedText(message.content));
    const blocks =
      typeof message.content === "string"
        ? [{ type: "text", text: message.content }]
        : listOf(message.content);
    for (const block of blocks) {
      const fields = fieldsOf(block);
      if (fields.type === "thinking") {
        if (!isSide) this.#track.status("thinking");
        this.#track.thought("reasoning", textOf(fields.thinking), options);
      } else if (fields.type === "text") {
        const isAnswer = message.stop_reason === "end_turn" && !isSide;
        const headline = isAnswer ? { ...options, priority: "headline" as const } : options;
        this.#track.thought("general", textOf(fields.text), headline);
      } else if (fields.type === "tool_use" || fields.type === "server_tool_use") {
        if (!isSide) this.#track.status("working");
        this.#tools.use(fields);
      }
    }
    if (message.stop_reason === "end_turn" && !isSide) this.#track.status("waiting");
  }

  #system(line: Fields) {
    const content = textOf(line.content);
    if (line.subtype === "init" && this.#files.root === "") this.#files.root = textOf(line.cwd);
    else if (line.subtype === "local_command") this.#spoken(content);
    else if (line.subtype === "compact_boundary") {
      this.#track.thought("context", content || "The conversation was compacted.", {
        priority: "detail",
      });
    } else if (line.level === "error" || line.subtype === "api_error") {
      const message = textOf(fieldsOf(line.error).message) || textOf(fieldsOf(line.cause).code);
      this.#track.error(content || message || "The model's service failed.");
    }
  }

  /** Shows a summary of this conversation. Summaries of earlier conversations, at the start of a file, are ignored. */
  #summary(line: Fields) {
    const leaf = textOf(line.leafUuid);
    if (!this.#uuids.has(leaf) && leaf !== "") return;
    this.#track.thought("evaluation", textOf(line.summary), {
      priority: "headline",
      metadata: { kind: "summary" },
    });
  }

  /** Input that a person types while the agent works reaches the agent later, as an attachment. */
  #attachment({ type, prompt, commandMode }: Fields) {
    if (type !== "queued_command" || commandMode === "task-notification") return;
    const text = joinedText(prompt);
    if (text.trim() !== "") this.#spoken(text);
  }

  #result(line: Fields) {
    const costUsd = numberOf(line.total_cost_usd);
    if (costUsd !== undefined && costUsd > 0) this.#track.usage({ cost_usd: costUsd });
    if (line.is_error === true) this.#track.error(textOf(line.result) || textOf(line.subtype));
  }

  #countUsage(message: Fields, line: Fields) {
    const usage = fieldsOf(message.usage);
    const model = textOf(message.model);
    const costUsd = numberOf(line.costUSD) ?? 0;
    this.#track.usage({
      ...(model.trim() && model !== "<synthetic>" ? { model } : {}),
      // Tokens read from the cache or written to it are input too.
      input_tokens:
        countOf(usage.input_tokens) +
        countOf(usage.cache_creation_input_tokens) +
        countOf(usage.cache_read_input_tokens),
      output_tokens: countOf(usage.output_tokens),
      ...(costUsd > 0 ? { cost_usd: costUsd } : {}),
    });
  }
}

const isOfSubagent = (line: Fields): boolean =>
  line.isSidechain === true || typeof line.parent_tool_use_id === "string";

const messageId = (line: Fields): string =>
  textOf(fieldsOf(line.message).id) || textOf(line.requestId) || textOf(line.uuid);
