/**
 * Reads mini-SWE-agent trajectories: a conversation whose answers run shell commands. Version 1 has one command per
 * answer, in a fence, and no times. Version 2 has tool calls, several per answer, and a time for each message. The
 * messages have the form of a chat or of OpenAI's Responses API. The oldest files are only the list of messages.
 */
import { Files } from "../files.ts";
import type { RecordedRun } from "../recording.ts";
import { applyCommand } from "../shell.ts";
import { issueIn } from "../swe-agent/problem.ts";
import { readingMs, Track } from "../track.ts";
import {
  countOf,
  elementOf,
  type Fields,
  fieldsOf,
  isFields,
  joinedText,
  jsonOf,
  listOf,
  numberOf,
  textOf,
  timeOf,
} from "../value.ts";

interface Block {
  command: string;
  start: number;
  end: number;
}

const fenceStart = /```(?:bash|sh|mswea_bash_command)[^\S\n]*\n/;

/** The command of a version 1 answer, from the first fence or tag that has an end. */
function findBlock(text: string): Block | undefined {
  return [
    blockBetween(text, fenceStart, /\n```/),
    blockBetween(text, /<(?:bash|mswea_bash_command)>/, /<\/(?:bash|mswea_bash_command)>/),
  ]
    .filter((block) => block !== undefined)
    .sort((a, b) => a.start - b.start)[0];
}

/** If the first opening has no end, a later one has none either. */
function blockBetween(text: string, open: RegExp, close: RegExp): Block | undefined {
  const opened = open.exec(text);
  if (!opened) return undefined;
  const from = opened.index + opened[0].length;
  const closed = close.exec(text.slice(from));
  if (!closed) return undefined;
  const end = from + closed.index + closed[0].length;
  return { command: text.slice(from, from + closed.index), start: opened.index, end };
}

export const isMiniSweAgent = (json: unknown): boolean =>
  Array.isArray(json) ? isConversation(json) : isFields(json) && Array.isArray(json.messages);

/** True for a list of chat messages, the format of the first versions. */
const isConversation = (list: unknown[]): boolean =>
  list.length > 1 &&
  list.every((item) => isFields(item) && typeof item.role === "string" && item.type === undefined);

export function readMiniSweAgent(json: unknown): RecordedRun {
  const run: Fields = Array.isArray(json) ? { messages: json } : fieldsOf(json);
  const messages = listOf(run.messages).map(fieldsOf);
  const startMs = messages.map(momentOf).find((ms) => ms !== undefined);
  const reader = new MiniReader(new Track(startMs ?? Date.now()), fieldsOf(run.info));
  for (const [index, message] of messages.entries()) reader.read(message, `message ${index + 1}`);
  return reader.end();
}

class MiniReader {
  readonly #track: Track;
  readonly #files: Files;
  readonly #info: Fields;
  readonly #model: string;
  /** Commands without output so far. They run one after the other. */
  readonly #waiting: { id: string; command: string }[] = [];
  #hasTask = false;
  #hasUsage = false;

  constructor(track: Track, info: Fields) {
    this.#track = track;
    this.#info = info;
    this.#files = new Files(track);
    const config = fieldsOf(info.config);
    this.#files.root = textOf(fieldsOf(config.environment).cwd);
    this.#model = textOf(fieldsOf(config.model).model_name);
  }

  read(message: Fields, where: string) {
    this.#track.where = where;
    this.#track.at(momentOf(message));
    const { role, type } = message;
    if (role === "assistant" || message.object === "response") this.#answer(message);
    else if (role === "exit") this.#exit(message);
    else if (role === "tool" || type === "function_call_output") this.#output(message);
    else if (role === "user" || type === "message") this.#user(message);
  }

  end(): RecordedRun {
    this.#track.where = "info";
    this.#flush();
    const stats = fieldsOf(this.#info.model_stats);
    if (!this.#hasUsage) {
      this.#use(stats.tokens_sent, stats.tokens_received, stats.instance_cost);
    }
    const status = textOf(this.#info.exit_status);
    if (status !== "" && status.toLowerCase() !== "submitted")
      this.#track.error(`The run ended with ${status}.`);
    this.#track.status("done");
    return { events: this.#track.events, skipped: this.#track.skipped };
  }

  #answer(message: Fields) {
    this.#flush();
    const { thought, reasoning } = saidIn(message);
    if (momentOf(message) === undefined) this.#track.advance(readingMs(thought));
    this.#track.thought("reasoning", reasoning);
    this.#track.thought("reasoning", thought);
    this.#countUsage(message);
    this.#waiting.push(...commandsOf(message));
    this.#startNext();
  }

  #user(message: Fields) {
    const text = joinedText(message.content);
    if (!this.#hasTask) {
      this.#hasTask = true;
      this.#track.prompt(issueIn(text) || text);
    } else if (this.#waiting.length > 0 || fieldsOf(message.extra).returncode !== undefined) {
      this.#output(message);
    } else {
      // A note from the program, for example that the answer has no command.
      this.#track.thought("observation", text);
    }
  }

  #output(message: Fields) {
    const id = textOf(message.tool_call_id) || textOf(message.call_id);
    const at = this.#waiting.findIndex((command) => command.id === id);
    const [open] = this.#waiting.splice(Math.max(0, at), 1);
    if (at > 0) this.#track.command(open?.command ?? "");
    if (momentOf(message) === undefined) this.#track.advance(500);
    const { text, exit_code: exitCode } = readOutput(message);
    this.#track.output(text, { exitCode });
    if (exitCode === 0 && open) applyCommand(open.command, this.#files);
    if (at <= 0) this.#startNext();
  }

  #startNext() {
    this.#track.command(this.#waiting[0]?.command ?? "");
  }

  /** Adds the commands that got no output. The first one already has an event. */
  #flush() {
    for (const { command } of this.#waiting.slice(1)) this.#track.command(command);
    this.#waiting.length = 0;
  }

  #exit(message: Fields) {
    this.#flush();
    const extra = fieldsOf(message.extra);
    const status = textOf(extra.exit_status);
    const content = joinedText(message.content);
    if (status.toLowerCase() === "submitted") {
      this.#track.thought("decision", "Submit the change.", { priority: "headline" });
      this.#track.output(content);
    } else if (content !== status) this.#track.thought("observation", content);
  }

  #countUsage(message: Fields) {
    const extra = fieldsOf(message.extra);
    const usage = fieldsOf(fieldsOf(extra.response).usage ?? message.usage);
    this.#hasUsage ||= Object.keys(usage).length > 0;
    this.#use(
      usage.prompt_tokens ?? usage.input_tokens,
      usage.completion_tokens ?? usage.output_tokens,
      this.#hasUsage ? extra.cost : undefined,
    );
  }

  #use(input: unknown, output: unknown, cost: unknown) {
    this.#track.usage({
      ...(this.#model ? { model: this.#model } : {}),
      input_tokens: countOf(input),
      output_tokens: countOf(output),
      cost_usd: Math.max(0, numberOf(cost) ?? 0),
    });
  }
}

/** Version 2 has times in seconds since 1970. */
function momentOf(message: Fields): number | undefined {
  const seconds = numberOf(fieldsOf(message.extra).timestamp);
  return seconds === undefined ? undefined : timeOf(Math.round(seconds * 1_000));
}

function saidIn(message: Fields): { thought: string; reasoning: string } {
  const items = listOf(message.output).map(fieldsOf);
  const ofItems = (type: string, field: string): string =>
    items
      .filter((item) => item.type === type)
      .map((item) => joinedText(item[field]))
      .join("\n");
  const content = joinedText(message.content) || ofItems("message", "content");
  const block = findBlock(content);
  const said = block ? content.slice(0, block.start) + content.slice(block.end) : content;
  return {
    thought: said.replace(/^THOUGHT:\s*/, ""),
    reasoning: textOf(message.reasoning_content) || ofItems("reasoning", "summary"),
  };
}

function commandsOf(message: Fields): { id: string; command: string }[] {
  const actions = listOf(fieldsOf(message.extra).actions).map(fieldsOf);
  const calls = [...listOf(message.tool_calls), ...listOf(message.output)].map((item) => {
    const { function: called, ...call } = fieldsOf(item);
    const { arguments: given } = isFields(called) ? called : call;
    const { command } = fieldsOf(jsonOf(given) ?? given);
    return { tool_call_id: call.call_id ?? call.id, command };
  });
  const told = (actions.length > 0 ? actions : calls)
    .map((call) => ({ id: textOf(call.tool_call_id), command: textOf(call.command) }))
    .filter(({ command }) => command !== "");
  if (told.length > 0) return told;
  const block = findBlock(joinedText(message.content));
  return block ? [{ id: "", command: block.command.replace(/^\s*\n/, "") }] : [];
}

/** The raw output if the file has it, else the model's input, in tags or as JSON, perhaps without its middle. */
function readOutput(message: Fields): { text: string; exit_code: number | undefined } {
  const extra = fieldsOf(message.extra);
  const content = joinedText(message.content) || joinedText(message.output);
  const told = fieldsOf(jsonOf(content));
  const tag = (name: string): string | undefined =>
    elementOf(content, name)?.replace(/^\n|\n$/g, "");
  const code = numberOf(extra.returncode) ?? numberOf(told.returncode) ?? tag("returncode");
  const head = told.output_head ?? tag("output_head");
  const ends =
    typeof head === "string"
      ? `${head}\n…\n${told.output_tail ?? tag("output_tail") ?? ""}`
      : undefined;
  const output = [extra.raw_output, told.output, tag("output"), ends].find(
    (text) => typeof text === "string",
  );
  const failure = textOf(extra.exception_info ?? told.exception_info) || tag("exception") || "";
  const text = output === undefined ? content : textOf(output);
  return {
    text:
      failure === "" ? text : `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${failure}`,
    exit_code: code === undefined ? undefined : Number(code),
  };
}
