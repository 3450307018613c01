/**
 * A session as a report to read: what was to be done, what the agent thought, wrote and ran, what failed, and what was
 * said in the chat, in the order in which it happened. Long files and outputs are shortened, and say so; the whole of
 * it is in the NDJSON.
 */
import type { EventOf } from "@kulti/protocol/event.ts";
import { empty_stage, fold, fold_all } from "@kulti/protocol/fold.ts";
import type { Stage } from "@kulti/protocol/stage.ts";
import { grouped } from "@kulti/protocol/text.ts";
import type { Message } from "@kulti/protocol/wire.ts";
import { change_in_markdown } from "./markdown-change.ts";
import {
  code_span,
  escape_text,
  escape_title,
  fenced,
  quoted,
  shortened,
} from "./markdown-text.ts";
import { elapsed_text, moments_of, type RecordedSession, title_of } from "./session.ts";
import { TerminalScreen } from "./terminal-screen.ts";

const most_output_lines = 120;

/** Yields pieces of Markdown; joined they are the report. */
export function* export_markdown(session: RecordedSession): Generator<string> {
  const end = fold_all(empty_stage, session.events);
  yield* head_of(session, end);
  let stage = empty_stage;
  let terminal: TerminalBlock | null = null;
  for (const moment of moments_of(session)) {
    const event = moment.kind === "event" ? moment.event : null;
    if (event) stage = fold(stage, event);
    if (event?.type === "terminal") {
      if (terminal && event.data.command !== undefined) yield terminal.markdown();
      if (!terminal || event.data.command !== undefined) terminal = new TerminalBlock(moment.at_ms);
      terminal.add(event.data);
      continue;
    }
    const section =
      moment.kind === "message"
        ? message_in_markdown(moment.message, moment.at_ms)
        : section_of(stage, end, moment.event as Told, moment.at_ms);
    if (section === null) continue;
    if (terminal) yield terminal.markdown();
    terminal = null;
    yield section;
  }
  if (terminal) yield terminal.markdown();
}

type Told = Exclude<Parameters<typeof fold>[1], EventOf<"terminal">>;

function* head_of(session: RecordedSession, end: Stage): Generator<string> {
  const { head, events } = session;
  const last_ms = [...moments_of(session)].at(-1)?.at_ms ?? 0;
  yield `# ${escape_title(title_of(session))}\n\n`;
  const started = `${head.started_at.slice(0, 10)} ${head.started_at.slice(11, 16)} UTC`;
  const name = `**${escape_title(head.agent_name)}** (${code_span(head.agent_id)})`;
  yield `${name} · ${head.status} · ${started} · ${elapsed_text(last_ms)}\\\n`;
  const commands = events.filter((e) => e.type === "terminal" && e.data.command !== undefined);
  yield `${[
    counted(end.thoughts.length, "thought"),
    counted(end.files.length, "file"),
    counted(commands.length, "command"),
    counted(end.errors.length, "error"),
    ...usage_of(end),
  ].join(" · ")}\n\n`;
  if (head.task?.description) yield `${quoted(escape_text(head.task.description))}\n\n`;
  if (head.goal) {
    yield `## Goal\n\n${escape_title(head.goal.title)}\n\n`;
    if (head.goal.description) yield `${quoted(escape_text(head.goal.description))}\n\n`;
  }
  const milestones = end.milestones.values();
  if (milestones.length > 0) {
    yield "## Milestones\n\n";
    for (const { label, completed } of milestones) {
      yield `- [${completed ? "x" : " "}] ${escape_title(label)}\n`;
    }
    yield "\n";
  }
  yield "## What happened\n\n";
}

function usage_of({ usage }: Stage): string[] {
  const { input_tokens, output_tokens, cost_usd } = usage;
  return [
    ...(input_tokens + output_tokens > 0
      ? [`${grouped(input_tokens)} tokens in, ${grouped(output_tokens)} out`]
      : []),
    ...(cost_usd > 0 ? [`${cost_usd.toFixed(2)} USD`] : []),
  ];
}

const counted = (count: number, word: string): string =>
  `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

const heading = (at_ms: number, words: string): string =>
  `**${elapsed_text(at_ms)}** · ${words}\n\n`;

function section_of(stage: Stage, end: Stage, event: Told, at_ms: number): string | null {
  switch (event.type) {
    case "thought": {
      // A streamed thought is told whole where it begins.
      const told = stage.thoughts.last;
      if (told?.seq !== event.seq) return null;
      const { content } = end.thoughts.get(stage.thoughts.length - 1) ?? told;
      if (content.trim() === "") return null;
      return `${heading(at_ms, told.thought_type)}${quoted(escape_text(content.trim()))}\n\n`;
    }
    case "code": {
      const file = stage.files.get(event.data.filename);
      if (!file) return null;
      const { words, block } = change_in_markdown(file);
      return `${heading(at_ms, words)}${block === "" ? "" : `${block}\n\n`}`;
    }
    case "error": {
      const { message, file, line, stack, recovery_strategy } = event.data;
      const place = file ? ` in ${code_span(line === undefined ? file : `${file}:${line}`)}` : "";
      return [
        heading(at_ms, `error${place}`),
        `${quoted(escape_text(message.trim()))}\n\n`,
        stack ? `${fenced(shortened(stack, most_output_lines).text)}\n\n` : "",
        recovery_strategy ? `Recovery: ${escape_title(recovery_strategy)}\n\n` : "",
      ].join("");
    }
    case "task":
      return heading(at_ms, `task: ${escape_title(event.data.title)}`);
    case "goal":
      return heading(at_ms, `goal: ${escape_title(event.data.title)}`);
    case "milestone":
      return event.data.completed
        ? heading(at_ms, `milestone reached: ${escape_title(event.data.label)}`)
        : null;
    case "preview":
      return heading(at_ms, `preview: ${code_span(event.data.url)}`);
    default:
      return null;
  }
}

function message_in_markdown({ name, sender, text }: Message, at_ms: number): string {
  const who = sender === "agent" ? "answered in the chat" : "asked in the chat";
  return `${heading(at_ms, `**${escape_title(name)}** ${who}`)}${quoted(escape_text(text))}\n\n`;
}

/** A command with what it wrote. */
class TerminalBlock {
  readonly #at_ms: number;
  readonly #screen = new TerminalScreen();
  #exit_code: number | undefined;

  constructor(at_ms: number) {
    this.#at_ms = at_ms;
  }

  add({ command, text, exit_code }: EventOf<"terminal">["data"]): void {
    if (command !== undefined) this.#screen.write_command("$ ", command);
    this.#screen.write(text);
    this.#exit_code = exit_code ?? this.#exit_code;
  }

  markdown(): string {
    const { text } = shortened(this.#screen.text(), most_output_lines);
    const failed = this.#exit_code !== undefined && this.#exit_code !== 0;
    const words = failed ? `terminal, exit code ${this.#exit_code}` : "terminal";
    return `${heading(this.#at_ms, words)}${fenced(text, "console")}\n\n`;
  }
}
