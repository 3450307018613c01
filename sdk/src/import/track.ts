/** Where an importer writes: events on a clock that never runs backwards, each brought within the limits. */
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
} from "@kulti/protocol/event.ts";
import { fit_data } from "../fit.ts";
import { without_escapes } from "../terminal-tokens.ts";
import type { Skipped } from "./recording.ts";
import { behind_title, title_line } from "./value.ts";

/** For runs that bear no times: how long a thought would be read. */
export const reading_ms = (thought: string): number => Math.min(8_000, 1_500 + thought.length * 12);

export class Track {
  readonly events: AgentEvent[] = [];
  readonly skipped: Skipped[] = [];
  /** Named in what is skipped, such as `line 3`. */
  where = "";
  #now_ms: number;
  #status: Status | null = null;
  readonly #milestones = new Map<string, boolean>();

  constructor(start_ms: number) {
    this.#now_ms = start_ms;
  }

  get now_ms(): number {
    return this.#now_ms;
  }

  /** Moves the clock to a moment; one that has passed leaves it where it is. */
  at(moment_ms: number | undefined): void {
    if (moment_ms !== undefined) this.#now_ms = Math.max(this.#now_ms, moment_ms);
  }

  advance(by_ms: number): void {
    this.#now_ms += Math.max(0, by_ms);
  }

  skip(why: string): void {
    this.skipped.push({ where: this.where, why });
  }

  add<Type extends EventType>(type: Type, data: EventDataByType[Type]): void {
    const at = new Date(this.#now_ms).toISOString();
    for (const fitted of fit_data(type, data, ({ message }) => this.skip(message))) {
      const id = `import-${this.events.length + 1}`;
      this.events.push({ id, type, at, data: fitted } as AgentEvent);
    }
  }

  thought(
    thought_type: ThoughtType,
    content: string,
    options: { priority?: Priority | undefined; metadata?: ThoughtMetadata | undefined } = {},
  ): void {
    const text = without_escapes(content).trim();
    if (text === "") return;
    const { priority, metadata } = options;
    this.add("thought", {
      thought_type,
      content: text,
      ...(priority ? { priority } : {}),
      ...(metadata ? { metadata } : {}),
    });
  }

  /** A tool was used, in one short line. */
  tool(name: string, line: string, metadata: ThoughtMetadata = {}): void {
    this.thought("tool", line, { priority: "detail", metadata: { tool: name, ...metadata } });
  }

  /** What a person asked for: the task from now on, and a thought that shows it. */
  prompt(text: string): void {
    const request = without_escapes(text).trim();
    const title = title_line(request);
    if (title === "") return;
    this.status("working");
    const more = behind_title(request);
    this.add("task", { title, ...(more === "" ? {} : { description: excerpt_of(more) }) });
    this.thought("prompt", request, { priority: "headline" });
  }

  command(command: string): void {
    if (command.trim() === "") return;
    this.add("terminal", { command, stream: "input", text: "" });
  }

  output(
    text: string,
    options: { exit_code?: number | undefined; stream?: TerminalStream } = {},
  ): void {
    const { exit_code, stream = "stdout" } = options;
    if (text === "" && exit_code === undefined) return;
    const whole = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    const ended = Number.isSafeInteger(exit_code) ? { exit_code } : {};
    this.add("terminal", { stream, text: whole, ...ended } as EventDataByType["terminal"]);
  }

  /** Said when it changes. */
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
    const text = without_escapes(message).trim();
    if (text !== "") this.add("error", { message: text, ...details });
  }

  usage(usage: UsageData): void {
    const { input_tokens = 0, output_tokens = 0, cost_usd = 0 } = usage;
    if (input_tokens + output_tokens + cost_usd > 0) this.add("usage", usage);
  }
}

/** Descriptions are for the header; the whole text stands in the thought. */
function excerpt_of(text: string): string {
  const chars = [...text];
  return chars.length <= 1_000 ? text : `${chars.slice(0, 999).join("")}…`;
}
