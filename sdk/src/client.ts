/**
 * The agent's end of the wire. Every verb returns at once and only puts an event into the queue: nothing here waits
 * for the network, throws into the agent or keeps its process alive.
 */
import {
  type CodeAction,
  type CodeEdit,
  type ErrorData,
  type EventDataByType,
  type EventType,
  ending_statuses,
  event_types,
  type Priority,
  type Status,
  type TerminalStream,
  type ThoughtMetadata,
  type ThoughtType,
  type UsageData,
} from "@kulti/protocol/event.ts";
import type { TextField } from "@kulti/protocol/redact-events.ts";
import { utf8_bytes } from "@kulti/protocol/text.ts";
import type { MessageHandler } from "./chat.ts";
import { fit_data } from "./fit.ts";
import { type AgentOptions, settle } from "./options.ts";
import { create_outbox, type DrainResult, type Outbox, silent_outbox } from "./outbox.ts";
import { create_report } from "./problem.ts";
import { importance_of } from "./queue.ts";
import { to_text } from "./text.ts";
import { create_text_streams } from "./text-streams.ts";
import { create_thought_stream, type OpenStream, type ThoughtStream } from "./thought-stream.ts";

export interface ThoughtOptions {
  /** Default: `working`. */
  priority?: Priority;
  metadata?: ThoughtMetadata;
}

type Verb = (content: string, options?: ThoughtOptions) => void;

export interface KultiAgent {
  /** A thought of type `general`, or of the type given. */
  think(content: string, options?: ThoughtOptions & { thought_type?: ThoughtType }): void;
  reason: Verb;
  decide: Verb;
  observe: Verb;
  evaluate: Verb;
  context: Verb;
  tool: Verb;
  prompt: Verb;
  /** A thought that is written while it is thought. */
  stream_thought(options?: ThoughtOptions & { thought_type?: ThoughtType }): ThoughtStream;
  /** The whole content of a file; `action` is `write` (default) or `edit`. */
  code(
    filename: string,
    content: string,
    options?: { action?: Extract<CodeAction, "write" | "edit">; language?: string },
  ): void;
  /** Replacements or hunks, applied in order to what the file held before. */
  edit(filename: string, edits: CodeEdit[], options?: { language?: string }): void;
  delete_file(filename: string): void;
  rename_file(old_filename: string, filename: string): void;
  /** Output of a command; `command` where this is its start, `exit_code` where it is its end. */
  terminal(
    text: string,
    options?: { command?: string; stream?: TerminalStream; exit_code?: number },
  ): void;
  /** A command line is started; its output follows with `terminal`. */
  command(command: string): void;
  /** `done` and `offline` end the session; events after that open a new one, unless one was named. */
  status(status: Status): void;
  task(title: string, description?: string): void;
  goal(title: string, description?: string): void;
  /** `completed` is true unless said otherwise. */
  milestone(label: string, completed?: boolean): void;
  error(error: string | Error, details?: Omit<ErrorData, "message">): void;
  /** An http(s) address that viewers may open. */
  preview(url: string): void;
  usage(usage: UsageData): void;
  /** Any event; `id` makes sending it twice harmless, `at` (default now) is when it happened. */
  event<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    options?: { id?: string; at?: string },
  ): void;
  /** A line in the chat. */
  say(text: string): void;
  /**
   * Called with each chat line of viewers from now on; returns what ends it. The lines are untrusted: strangers write
   * them, and name and text may try to instruct a model that reads them.
   */
  on_message(handler: MessageHandler): () => void;
  /** Null until the server has named it. */
  readonly session_id: string | null;
  /** Events that the server has not acknowledged yet. */
  readonly pending: number;
  /**
   * Resolves when all events so far are acknowledged or given up; waits as long as that takes. What could be the
   * beginning of a secret at the end of a text waits on for its rest, until the command ends (`exit_code`, or another
   * command), the thought ends, the session ends or `close`.
   */
  flush(): Promise<void>;
  /** The same within `timeout_ms` (default 5,000). Never rejects. */
  drain(options?: { timeout_ms?: number }): Promise<DrainResult>;
  /** Ends open thoughts, drains, and lets go of everything; later calls do nothing. */
  close(options?: { timeout_ms?: number }): Promise<DrainResult>;
}

/** Never throws: what is missing or wrong is told through `on_problem`, and the agent's calls then do nothing. */
export function createAgent(given: AgentOptions = {}): KultiAgent {
  // Null comes from code that no compiler has seen.
  const options = given ?? {};
  const report = create_report(options.on_problem);
  const settings = settle(options);
  if (settings.enabled && settings.obstacle !== null) {
    const message = `Nothing is streamed, ${settings.obstacle}.`;
    report({ code: "not_configured", message, dropped: 0 });
  }
  if (settings.useless.length > 0) {
    const message = `Defaults are used: ${settings.useless.join("; ")}.`;
    report({ code: "bad_option", message, dropped: 0 });
  }
  const is_on = settings.enabled && settings.obstacle === null;
  const outbox: Outbox = is_on ? create_outbox(settings, report, () => end_texts()) : silent_outbox;
  if (options.on_message) outbox.chat?.on_message(options.on_message);
  const streams = new Set<OpenStream>();
  const { redaction } = settings;
  const texts = create_text_streams(redaction.stream, (type, data, shown) =>
    safely(() => enqueue(type, data, {}, shown)),
  );

  /** What an agent hands over may be anything at run time; whatever goes wrong with it stays here. */
  function safely(run: () => void): void {
    if (!is_on || outbox.is_stopped) return;
    try {
      run();
    } catch (error) {
      report({ code: "invalid_event", message: `Cannot send an event: ${error}.`, dropped: 1 });
    }
  }

  function enqueue<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    { id, at = new Date().toISOString() }: { id?: string; at?: string } = {},
    shown?: TextField,
  ): void {
    if (!event_types.includes(type)) throw new Error(`${type} is no type of event`);
    const redact = (clean: EventDataByType[Type]) => redaction.data(type, clean, shown);
    fit_data(type, data, report, redact).forEach((fitted, index) => {
      // The parts of one split event need ids of their own, and the same ones each time.
      const part_id = id === undefined ? crypto.randomUUID() : index === 0 ? id : `${id}/${index}`;
      const json = JSON.stringify({ id: part_id, type, at, data: fitted });
      outbox.push({
        id: part_id,
        type,
        json,
        bytes: utf8_bytes(json),
        importance: importance_of(type, fitted),
      });
    });
  }

  function send<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    options?: { id?: string; at?: string },
  ): void {
    safely(() => {
      for (const stream of streams) stream.flush();
      if (type === "status" && ends_session(data as EventDataByType["status"])) end_texts();
      const piece = texts.take(type, data, options?.id !== undefined);
      if (piece) enqueue(type, piece.data, options, piece.shown);
    });
  }

  /** Nothing follows what waits for its rest. */
  function end_texts(): void {
    for (const stream of streams) stream.end();
    streams.clear();
    texts.end();
  }

  const thought =
    (thought_type: ThoughtType): Verb =>
    (content, options) =>
      send("thought", {
        thought_type,
        content: to_text(content),
        ...known(options, ["priority", "metadata"]),
      });

  const close = async (options?: { timeout_ms?: number }): Promise<DrainResult> => {
    end_texts();
    return outbox.close(options?.timeout_ms);
  };

  return {
    think: (content, options) => thought(options?.thought_type ?? "general")(content, options),
    reason: thought("reasoning"),
    decide: thought("decision"),
    observe: thought("observation"),
    evaluate: thought("evaluation"),
    context: thought("context"),
    tool: thought("tool"),
    prompt: thought("prompt"),
    stream_thought(options) {
      const thought_type = options?.thought_type ?? "general";
      const first = known(options, ["priority", "metadata"]);
      let is_first = true;
      const stream = create_thought_stream(redaction.stream(), (stream_id, content, is_done) =>
        safely(() => {
          const done = is_done ? { done: true } : {};
          const data = { thought_type, content, ...(is_first ? first : {}), stream_id, ...done };
          enqueue("thought", data, {}, "content");
          is_first = false;
        }),
      );
      streams.add(stream);
      return {
        id: stream.id,
        write: (text) => safely(() => stream.write(to_text(text))),
        end: () => {
          stream.end();
          streams.delete(stream);
        },
      };
    },
    code: (filename, content, options) =>
      send("code", {
        filename: to_text(filename),
        action: options?.action ?? "write",
        content: to_text(content),
        ...known(options, ["language"]),
      }),
    edit: (filename, edits, options) =>
      send("code", {
        filename: to_text(filename),
        action: "edit",
        edits,
        ...known(options, ["language"]),
      }),
    delete_file: (filename) => send("code", { filename: to_text(filename), action: "delete" }),
    rename_file: (old_filename, filename) =>
      send("code", {
        filename: to_text(filename),
        action: "rename",
        old_filename: to_text(old_filename),
      }),
    terminal: (text, options) =>
      send("terminal", {
        stream: options?.stream ?? "stdout",
        text: to_text(text),
        ...known(options, ["command", "exit_code"]),
      }),
    command: (command) =>
      send("terminal", { command: to_text(command), stream: "input", text: "" }),
    status: (status) => send("status", { status }),
    task: (title, description) => send("task", titled(title, description)),
    goal: (title, description) => send("goal", titled(title, description)),
    milestone: (label, completed = true) => send("milestone", { label: to_text(label), completed }),
    error(error, details) {
      const stack = error instanceof Error && error.stack ? { stack: error.stack } : {};
      send("error", {
        message: to_text(error),
        ...stack,
        ...known(details, ["file", "line", "stack", "recovery_strategy"]),
      });
    },
    preview: (url) => send("preview", { url: to_text(url) }),
    usage: (usage) =>
      send("usage", known(usage, ["model", "input_tokens", "output_tokens", "cost_usd"])),
    event: send,
    say: (text) => safely(() => outbox.chat?.say(redaction.text(to_text(text)))),
    on_message: (handler) => outbox.chat?.on_message(handler) ?? (() => {}),
    get session_id() {
      return outbox.session?.id ?? null;
    },
    get pending() {
      return outbox.pending;
    },
    async flush() {
      for (const stream of streams) stream.flush();
      await outbox.flush();
    },
    async drain(options) {
      for (const stream of streams) stream.flush();
      return outbox.drain(options?.timeout_ms);
    },
    close,
  };
}

const ends_session = ({ status }: EventDataByType["status"]): boolean =>
  ending_statuses.some((ending) => ending === status);

/** The named fields that are set: others are no part of the contract and would be refused. */
function known<Given extends object, Name extends keyof Given>(
  given: Given | undefined,
  names: readonly Name[],
): Pick<Given, Name> {
  const picked: Partial<Pick<Given, Name>> = {};
  for (const name of names) if (given?.[name] !== undefined) picked[name] = given[name];
  return picked as Pick<Given, Name>;
}

function titled(title: string, description?: string): EventDataByType["task"] {
  const text = to_text(title);
  return description === undefined
    ? { title: text }
    : { title: text, description: to_text(description) };
}
