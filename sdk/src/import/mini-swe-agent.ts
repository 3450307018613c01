/**
 * mini-SWE-agent trajectories: a conversation in which each answer runs shell commands. Version 1 has one command in a
 * fence and no times; version 2 has tool calls, several in one answer, and says when each message came. The messages
 * may be those of a chat or of OpenAI's Responses API; the oldest files are the bare list of them.
 */
import { Files } from "./files.ts";
import type { Recording } from "./recording.ts";
import { apply_command } from "./shell.ts";
import { issue_in } from "./swe-problem.ts";
import { reading_ms, Track } from "./track.ts";
import {
  count_of,
  element_of,
  type Fields,
  fields_of,
  is_fields,
  joined_text,
  json_of,
  list_of,
  number_of,
  text_of,
  time_of,
} from "./value.ts";

interface Block {
  command: string;
  start: number;
  end: number;
}

const fence_start = /```(?:bash|sh|mswea_bash_command)[^\S\n]*\n/;

/** The command of a version 1 answer: in the first fence, or the first tag, whichever comes first and is closed. */
function find_block(text: string): Block | undefined {
  return [
    block_between(text, fence_start, /\n```/),
    block_between(text, /<(?:bash|mswea_bash_command)>/, /<\/(?:bash|mswea_bash_command)>/),
  ]
    .filter((block) => block !== undefined)
    .sort((a, b) => a.start - b.start)[0];
}

/** Where nothing closes the first of them, nothing closes a later one either. */
function block_between(text: string, open: RegExp, close: RegExp): Block | undefined {
  const opened = open.exec(text);
  if (!opened) return undefined;
  const from = opened.index + opened[0].length;
  const closed = close.exec(text.slice(from));
  if (!closed) return undefined;
  const end = from + closed.index + closed[0].length;
  return { command: text.slice(from, from + closed.index), start: opened.index, end };
}

export function import_mini_swe_agent(run: Fields): Recording {
  const messages = list_of(run.messages).map(fields_of);
  const start_ms = messages.map(moment_of).find((ms) => ms !== undefined);
  const importer = new MiniImporter(new Track(start_ms ?? Date.now()), fields_of(run.info));
  for (const [index, message] of messages.entries()) importer.read(message, `message ${index + 1}`);
  return importer.end();
}

class MiniImporter {
  readonly #track: Track;
  readonly #files: Files;
  readonly #info: Fields;
  readonly #model: string;
  /** Commands whose output has not come yet; they run one after the other. */
  readonly #waiting: { id: string; command: string }[] = [];
  #has_task = false;
  #has_usage = false;

  constructor(track: Track, info: Fields) {
    this.#track = track;
    this.#info = info;
    this.#files = new Files(track);
    const config = fields_of(info.config);
    this.#files.root = text_of(fields_of(config.environment).cwd);
    this.#model = text_of(fields_of(config.model).model_name);
  }

  read(message: Fields, where: string) {
    this.#track.where = where;
    this.#track.at(moment_of(message));
    const { role, type } = message;
    if (role === "assistant" || message.object === "response") this.#answer(message);
    else if (role === "exit") this.#exit(message);
    else if (role === "tool" || type === "function_call_output") this.#output(message);
    else if (role === "user" || type === "message") this.#user(message);
  }

  end(): Recording {
    this.#track.where = "info";
    this.#flush();
    const stats = fields_of(this.#info.model_stats);
    if (!this.#has_usage) {
      this.#use(stats.tokens_sent, stats.tokens_received, stats.instance_cost);
    }
    const status = text_of(this.#info.exit_status);
    if (status !== "" && status.toLowerCase() !== "submitted")
      this.#track.error(`The run ended with ${status}.`);
    this.#track.status("done");
    return { format: "swe-agent", events: this.#track.events, skipped: this.#track.skipped };
  }

  #answer(message: Fields) {
    this.#flush();
    const { thought, reasoning } = said_in(message);
    if (moment_of(message) === undefined) this.#track.advance(reading_ms(thought));
    this.#track.thought("reasoning", reasoning);
    this.#track.thought("reasoning", thought);
    this.#count_usage(message);
    this.#waiting.push(...commands_of(message));
    this.#start_next();
  }

  #user(message: Fields) {
    const text = joined_text(message.content);
    if (!this.#has_task) {
      this.#has_task = true;
      this.#track.prompt(issue_in(text) || text);
    } else if (this.#waiting.length > 0 || fields_of(message.extra).returncode !== undefined) {
      this.#output(message);
    } else {
      // Such as that the answer held no command.
      this.#track.thought("observation", text);
    }
  }

  #output(message: Fields) {
    const id = text_of(message.tool_call_id) || text_of(message.call_id);
    const at = this.#waiting.findIndex((command) => command.id === id);
    const [open] = this.#waiting.splice(Math.max(0, at), 1);
    if (at > 0) this.#track.command(open?.command ?? "");
    if (moment_of(message) === undefined) this.#track.advance(500);
    const { text, exit_code } = read_output(message);
    this.#track.output(text, { exit_code });
    if (exit_code === 0 && open) apply_command(open.command, this.#files);
    if (at <= 0) this.#start_next();
  }

  #start_next() {
    this.#track.command(this.#waiting[0]?.command ?? "");
  }

  /** What was never answered: the first of them has been told, the others have not. */
  #flush() {
    for (const { command } of this.#waiting.slice(1)) this.#track.command(command);
    this.#waiting.length = 0;
  }

  #exit(message: Fields) {
    this.#flush();
    const extra = fields_of(message.extra);
    const status = text_of(extra.exit_status);
    const content = joined_text(message.content);
    if (status.toLowerCase() === "submitted") {
      this.#track.thought("decision", "Submit the change.", { priority: "headline" });
      this.#track.output(content);
    } else if (content !== status) this.#track.thought("observation", content);
  }

  #count_usage(message: Fields) {
    const extra = fields_of(message.extra);
    const usage = fields_of(fields_of(extra.response).usage ?? message.usage);
    this.#has_usage ||= Object.keys(usage).length > 0;
    this.#use(
      usage.prompt_tokens ?? usage.input_tokens,
      usage.completion_tokens ?? usage.output_tokens,
      this.#has_usage ? extra.cost : undefined,
    );
  }

  #use(input: unknown, output: unknown, cost: unknown) {
    this.#track.usage({
      ...(this.#model ? { model: this.#model } : {}),
      input_tokens: count_of(input),
      output_tokens: count_of(output),
      cost_usd: Math.max(0, number_of(cost) ?? 0),
    });
  }
}

/** Version 2 tells seconds since 1970. */
function moment_of(message: Fields): number | undefined {
  const seconds = number_of(fields_of(message.extra).timestamp);
  return seconds === undefined ? undefined : time_of(Math.round(seconds * 1_000));
}

function said_in(message: Fields): { thought: string; reasoning: string } {
  const items = list_of(message.output).map(fields_of);
  const of_items = (type: string, field: string): string =>
    items
      .filter((item) => item.type === type)
      .map((item) => joined_text(item[field]))
      .join("\n");
  const content = joined_text(message.content) || of_items("message", "content");
  const block = find_block(content);
  const said = block ? content.slice(0, block.start) + content.slice(block.end) : content;
  return {
    thought: said.replace(/^THOUGHT:\s*/, ""),
    reasoning: text_of(message.reasoning_content) || of_items("reasoning", "summary"),
  };
}

function commands_of(message: Fields): { id: string; command: string }[] {
  const actions = list_of(fields_of(message.extra).actions).map(fields_of);
  const calls = [...list_of(message.tool_calls), ...list_of(message.output)].map((item) => {
    const { function: called, ...call } = fields_of(item);
    const { arguments: given } = is_fields(called) ? called : call;
    const { command } = fields_of(json_of(given) ?? given);
    return { tool_call_id: call.call_id ?? call.id, command };
  });
  const told = (actions.length > 0 ? actions : calls)
    .map((call) => ({ id: text_of(call.tool_call_id), command: text_of(call.command) }))
    .filter(({ command }) => command !== "");
  if (told.length > 0) return told;
  const block = find_block(joined_text(message.content));
  return block ? [{ id: "", command: block.command.replace(/^\s*\n/, "") }] : [];
}

/** The output itself where the file has it; else what the model was given, in tags or as JSON, its middle left out. */
function read_output(message: Fields): { text: string; exit_code: number | undefined } {
  const extra = fields_of(message.extra);
  const content = joined_text(message.content) || joined_text(message.output);
  const told = fields_of(json_of(content));
  const tag = (name: string): string | undefined =>
    element_of(content, name)?.replace(/^\n|\n$/g, "");
  const code = number_of(extra.returncode) ?? number_of(told.returncode) ?? tag("returncode");
  const head = told.output_head ?? tag("output_head");
  const ends =
    typeof head === "string"
      ? `${head}\n…\n${told.output_tail ?? tag("output_tail") ?? ""}`
      : undefined;
  const output = [extra.raw_output, told.output, tag("output"), ends].find(
    (text) => typeof text === "string",
  );
  const failure = text_of(extra.exception_info ?? told.exception_info) || tag("exception") || "";
  const text = output === undefined ? content : text_of(output);
  return {
    text:
      failure === "" ? text : `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${failure}`,
    exit_code: code === undefined ? undefined : Number(code),
  };
}
