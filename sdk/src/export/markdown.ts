/**
 * Exports a session as a report to read: the task, then the agent's thoughts, changes, commands and errors and the
 * chat, in order of time. Shortens long files and outputs with a note. The NDJSON has the full text.
 */
import { type EventOf, type EventType, type StoredEvent, titleOf } from "@kulti/protocol/event.ts";
import { askText, endOf, endText, questionOf } from "@kulti/protocol/events/question/view.ts";
import { emptyStage, fold, foldAll } from "@kulti/protocol/fold/fold.ts";
import type { Stage, StageQuestion } from "@kulti/protocol/fold/stage.ts";
import { grouped } from "@kulti/protocol/text.ts";
import type { Message } from "@kulti/protocol/wire.ts";
import { elapsedText } from "../player/elapsed-text.ts";
import { changeInMarkdown } from "./markdown-change.ts";
import { codeSpan, escapeText, escapeTitle, fenced, quoted, shortened } from "./markdown-text.ts";
import { itemsOf, type RecordedSession, titleOf as sessionTitle } from "./recorded-session.ts";
import { TerminalScreen } from "./terminal-screen.ts";

const maxOutputLines = 120;

/** Yields pieces of Markdown. Joined, they are the report. */
export function* exportMarkdown(session: RecordedSession): Generator<string> {
  const end = foldAll(emptyStage, session.events);
  const isOver = session.head.ended_at !== null;
  yield* headOf(session, end);
  let stage = emptyStage;
  let terminal: TerminalBlock | null = null;
  for (const item of itemsOf(session)) {
    const event = item.kind === "event" ? item.event : null;
    if (event) stage = fold(stage, event);
    if (event?.type === "terminal") {
      if (terminal && event.data.command !== undefined) yield terminal.markdown();
      if (!terminal || event.data.command !== undefined) terminal = new TerminalBlock(item.atMs);
      terminal.add(event.data);
      continue;
    }
    const section =
      item.kind === "message"
        ? messageInMarkdown(item.message, item.atMs)
        : sectionOf({ event: item.event, stage, end, isOver, atMs: item.atMs });
    if (section === null) continue;
    if (terminal) yield terminal.markdown();
    terminal = null;
    yield section;
  }
  if (terminal) yield terminal.markdown();
}

function* headOf(session: RecordedSession, end: Stage): Generator<string> {
  const { head, events } = session;
  const lastMs = [...itemsOf(session)].at(-1)?.atMs ?? 0;
  yield `# ${escapeTitle(sessionTitle(session))}\n\n`;
  const started = `${head.started_at.slice(0, 10)} ${head.started_at.slice(11, 16)} UTC`;
  const name = `**${escapeTitle(head.agent_name)}** (${codeSpan(head.agent_id)})`;
  yield `${name} · ${head.status} · ${started} · ${elapsedText(lastMs)}\\\n`;
  const commands = events.filter((e) => e.type === "terminal" && e.data.command !== undefined);
  yield `${[
    counted(end.thoughts.length, "thought"),
    counted(end.files.length, "file"),
    counted(commands.length, "command"),
    counted(end.errors.length, "error"),
    ...usageOf(end),
  ].join(" · ")}\n\n`;
  if (head.task?.description) yield `${quoted(escapeText(head.task.description))}\n\n`;
  if (head.goal) {
    yield `## Goal\n\n${escapeTitle(head.goal.title)}\n\n`;
    if (head.goal.description) yield `${quoted(escapeText(head.goal.description))}\n\n`;
  }
  const milestones = end.milestones.values();
  if (milestones.length > 0) {
    yield "## Milestones\n\n";
    for (const { label, completed } of milestones) {
      yield `- [${completed ? "x" : " "}] ${escapeTitle(label)}\n`;
    }
    yield "\n";
  }
  yield "## What happened\n\n";
}

function usageOf({ usage }: Stage): string[] {
  const { input_tokens: inputTokens, output_tokens: outputTokens, cost_usd: costUsd } = usage;
  return [
    ...(inputTokens + outputTokens > 0
      ? [`${grouped(inputTokens)} tokens in, ${grouped(outputTokens)} out`]
      : []),
    ...(costUsd > 0 ? [`${costUsd.toFixed(2)} USD`] : []),
  ];
}

const counted = (count: number, word: string): string =>
  `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

const heading = (atMs: number, words: string): string => `**${elapsedText(atMs)}** · ${words}\n\n`;

interface TimedEvent<Event extends StoredEvent = StoredEvent> {
  event: Event;
  /** The stage right after the event, and the stage at the end of the session. */
  stage: Stage;
  end: Stage;
  /** The session has ended. */
  isOver: boolean;
  atMs: number;
}

type Section<Type extends EventType> = (timed: TimedEvent<EventOf<Type>>) => string | null;

const titled =
  (word: string) =>
  ({ event, atMs }: TimedEvent): string =>
    heading(atMs, `${word}: ${escapeTitle(titleOf(event))}`);

const untold = () => null;

/** The report's section for each type of event. Null leaves the event out. */
const sections: { [Type in Exclude<EventType, "terminal">]: Section<Type> } = {
  thought: ({ event, stage, end, atMs }) => {
    // The report has a streamed thought in full at the place of its first event.
    const timed = stage.thoughts.last;
    if (timed?.seq !== event.seq) return null;
    const { content } = end.thoughts.get(stage.thoughts.length - 1) ?? timed;
    if (content.trim() === "") return null;
    return `${heading(atMs, timed.thought_type)}${quoted(escapeText(content.trim()))}\n\n`;
  },
  code: ({ event, stage, atMs }) => {
    const file = stage.files.get(event.data.filename);
    if (!file) return null;
    const { words, block } = changeInMarkdown(file);
    return `${heading(atMs, words)}${block === "" ? "" : `${block}\n\n`}`;
  },
  error: ({ event, atMs }) => {
    const { message, file, line, stack, recovery_strategy: recoveryStrategy } = event.data;
    const place = file ? ` in ${codeSpan(line === undefined ? file : `${file}:${line}`)}` : "";
    return [
      heading(atMs, `error${place}`),
      `${quoted(escapeText(message.trim()))}\n\n`,
      stack ? `${fenced(shortened(stack, maxOutputLines).text)}\n\n` : "",
      recoveryStrategy ? `Recovery: ${escapeTitle(recoveryStrategy)}\n\n` : "",
    ].join("");
  },
  task: titled("task"),
  goal: titled("goal"),
  milestone: (timed) => (timed.event.data.completed ? titled("milestone reached")(timed) : null),
  preview: ({ event, atMs }) => heading(atMs, `preview: ${codeSpan(event.data.url)}`),
  question: (timed) => {
    const { event, end, atMs } = timed;
    const { text, options = [], detail, question_id: id } = event.data;
    const asked = questionOf(end, id);
    const list = options.map((option) => `- ${escapeTitle(option.label)}\n`).join("");
    return [
      heading(atMs, askText(event.data)),
      `${quoted(escapeText(text.trim()))}\n\n`,
      detail ? `${fenced(shortened(detail, maxOutputLines).text)}\n\n` : "",
      list === "" ? "" : `${list}\n`,
      asked?.answer === null ? `${endInMarkdown(asked, timed)}\n\n` : "",
    ].join("");
  },
  answer: (timed) => {
    const { event, stage, atMs } = timed;
    const question = questionOf(stage, event.data.question_id);
    // The answer has no question, or is a second answer.
    if (question?.answer?.seq !== event.seq) return null;
    const asked = `answer to “${escapeTitle(question.text)}”`;
    return `${heading(atMs, asked)}${endInMarkdown(question, timed)}\n\n`;
  },
  status: untold,
  usage: untold,
};

const endInMarkdown = (question: StageQuestion, { end, isOver }: TimedEvent): string =>
  escapeTitle(endText(endOf(question, isOver, Date.parse(end.at ?? question.at))));

function sectionOf(timed: TimedEvent): string | null {
  const { type } = timed.event;
  // The terminal has its own blocks. Types of later versions of the contract have none.
  if (type === "terminal" || !Object.hasOwn(sections, type)) return null;
  return (sections[type] as Section<EventType>)(timed);
}

function messageInMarkdown({ name, sender, text }: Message, atMs: number): string {
  const who = sender === "agent" ? "answered in the chat" : "asked in the chat";
  return `${heading(atMs, `**${escapeTitle(name)}** ${who}`)}${quoted(escapeText(text))}\n\n`;
}

/** A command with its output. */
class TerminalBlock {
  readonly #atMs: number;
  readonly #screen = new TerminalScreen();
  #exitCode: number | undefined;

  constructor(atMs: number) {
    this.#atMs = atMs;
  }

  add({ command, text, exit_code: exitCode }: EventOf<"terminal">["data"]): void {
    if (command !== undefined) this.#screen.writeCommand("$ ", command);
    this.#screen.write(text);
    this.#exitCode = exitCode ?? this.#exitCode;
  }

  markdown(): string {
    const { text } = shortened(this.#screen.text(), maxOutputLines);
    const failed = this.#exitCode !== undefined && this.#exitCode !== 0;
    const words = failed ? `terminal, exit code ${this.#exitCode}` : "terminal";
    return `${heading(this.#atMs, words)}${fenced(text, "console")}\n\n`;
  }
}
