/** Collects an importer's events on a clock that never runs backwards, and fits each event to the limits. */
import type {
  AgentEvent,
  EventDataByType,
  EventType,
  Priority,
  Status,
  TerminalStream,
  ThoughtMetadata,
  ThoughtType,
  UsageData,
} from "../protocol/event.ts";
import { fitData } from "../protocol/fit.ts";
import type { Skipped } from "./recording.ts";
import { withoutEscapes } from "./terminal-tokens.ts";
import { behindTitle, titleLine } from "./value.ts";

/** The time for reading a thought, for runs without times. */
export const readingMs = (thought: string): number => Math.min(8_000, 1_500 + thought.length * 12);

export class Track {
  readonly events: AgentEvent[] = [];
  readonly skipped: Skipped[] = [];
  /** The current place for `skipped`, such as `line 3`. */
  where = "";
  #nowMs: number;
  #status: Status | null = null;
  readonly #milestones = new Map<string, boolean>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Moves the clock forward to a moment. An earlier moment does not change it. */
  at(momentMs: number | undefined): void {
    if (momentMs !== undefined) this.#nowMs = Math.max(this.#nowMs, momentMs);
  }

  advance(byMs: number): void {
    this.#nowMs += Math.max(0, byMs);
  }

  skip(why: string): void {
    this.skipped.push({ where: this.where, why });
  }

  add<Type extends EventType>(type: Type, data: EventDataByType[Type]): void {
    const at = new Date(this.#nowMs).toISOString();
    for (const fitted of fitData(type, data, ({ message }) => this.skip(message))) {
      const id = `import-${this.events.length + 1}`;
      this.events.push({ id, type, at, data: fitted } as AgentEvent);
    }
  }

  thought(
    thoughtType: ThoughtType,
    content: string,
    options: { priority?: Priority | undefined; metadata?: ThoughtMetadata | undefined } = {},
  ): void {
    const text = withoutEscapes(content).trim();
    if (text === "") return;
    const { priority, metadata } = options;
    this.add("thought", {
      thought_type: thoughtType,
      content: text,
      ...(priority ? { priority } : {}),
      ...(metadata ? { metadata } : {}),
    });
  }

  /** Adds the use of a tool, in one short line. */
  tool(name: string, line: string, metadata: ThoughtMetadata = {}): void {
    this.thought("tool", line, { priority: "detail", metadata: { tool: name, ...metadata } });
  }

  /** Adds a person's request, as the new task and as a thought. */
  prompt(text: string): void {
    const request = withoutEscapes(text).trim();
    const title = titleLine(request);
    if (title === "") return;
    this.status("working");
    const more = behindTitle(request);
    this.add("task", { title, ...(more === "" ? {} : { description: excerptOf(more) }) });
    this.thought("prompt", request, { priority: "headline" });
  }

  command(command: string): void {
    if (command.trim() === "") return;
    this.add("terminal", { command, stream: "input", text: "" });
  }

  output(
    text: string,
    options: { exitCode?: number | undefined; stream?: TerminalStream } = {},
  ): void {
    const { exitCode, stream = "stdout" } = options;
    if (text === "" && exitCode === undefined) return;
    const whole = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    const ended = Number.isSafeInteger(exitCode) ? { exit_code: exitCode } : {};
    this.add("terminal", { stream, text: whole, ...ended } as EventDataByType["terminal"]);
  }

  /** Adds a milestone if it is new or has changed. */
  milestone(label: string, completed: boolean): void {
    const name = label.trim();
    if (name === "" || this.#milestones.get(name) === completed) return;
    this.#milestones.set(name, completed);
    this.add("milestone", { label: name, completed });
  }

  status(status: Status): void {
    if (this.#status === status) return;
    this.#status = status;
    this.add("status", { status });
  }

  error(message: string, details: Omit<EventDataByType["error"], "message"> = {}): void {
    const text = withoutEscapes(message).trim();
    if (text !== "") this.add("error", { message: text, ...details });
  }

  usage(usage: UsageData): void {
    const {
      input_tokens: inputTokens = 0,
      output_tokens: outputTokens = 0,
      cost_usd: costUsd = 0,
    } = usage;
    if (inputTokens + outputTokens + costUsd > 0) this.add("usage", usage);
  }
}

/** Cuts a task's description, which is for the header. The thought has the whole text. */
function excerptOf(text: string): string {
  const chars = [...text];
  return chars.length <= 1_000 ? text : `${chars.slice(0, 999).join("")}…`;
}
