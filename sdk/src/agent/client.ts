/**
 * The agent's end of the wire. Every verb returns at once and only puts an event into the queue: nothing here waits
 * for the network, throws into the agent or keeps its process alive.
 */
import {
  type AnswerData,
  type CodeAction,
  type CodeEdit,
  type ErrorData,
  type EventDataByType,
  type EventType,
  endingStatuses,
  eventTypes,
  type Priority,
  type QuestionData,
  type Status,
  type TerminalStream,
  type ThoughtMetadata,
  type ThoughtType,
  type UsageData,
} from "@kulti/protocol/event.ts";
import { fitData } from "@kulti/protocol/fit.ts";
import type { TextField } from "@kulti/protocol/redact/events.ts";
import { utf8Bytes } from "@kulti/protocol/text.ts";
import type { NewEvent } from "./batcher.ts";
import type { MessageHandler } from "./chat.ts";
import type { DrainResult } from "./drain-result.ts";
import { type AgentOptions, readSettings } from "./options.ts";
import { createOutbox, type Outbox, silentOutbox } from "./outbox.ts";
import { createReport } from "./problem.ts";
import { importanceOf } from "./queue.ts";
import { createTextStreams } from "./text-streams.ts";
import { createThoughtStream, type OpenStream, type ThoughtStream } from "./thought-stream.ts";
import { toText } from "./to-text.ts";

export interface ThoughtOptions {
  /** Default: `working`. */
  priority?: Priority;
  metadata?: ThoughtMetadata;
}

type Verb = (content: string, options?: ThoughtOptions) => void;

export interface KultiAgent {
  /** A thought of type `general`, or of the type given. */
  think(content: string, options?: ThoughtOptions & { thoughtType?: ThoughtType }): void;
  reason: Verb;
  decide: Verb;
  observe: Verb;
  evaluate: Verb;
  context: Verb;
  tool: Verb;
  prompt: Verb;
  /** A thought that is written piece by piece. */
  streamThought(options?: ThoughtOptions & { thoughtType?: ThoughtType }): ThoughtStream;
  /** The whole content of a file; `action` is `write` (default) or `edit`. */
  code(
    filename: string,
    content: string,
    options?: { action?: Extract<CodeAction, "write" | "edit">; language?: string },
  ): void;
  /** Replacements or hunks, applied in order to the file's previous content. */
  edit(filename: string, edits: CodeEdit[], options?: { language?: string }): void;
  deleteFile(filename: string): void;
  renameFile(oldFilename: string, filename: string): void;
  /** Output of a command, with `command` at its start and `exit_code` at its end. */
  terminal(
    text: string,
    options?: { command?: string; stream?: TerminalStream; exitCode?: number },
  ): void;
  /** Starts a command line; its output follows with `terminal`. */
  command(command: string): void;
  /** `done` and `offline` end the session; events after that open a new one, unless one was named. */
  status(status: Status): void;
  task(title: string, description?: string): void;
  goal(title: string, description?: string): void;
  /** `completed` defaults to true. */
  milestone(label: string, completed?: boolean): void;
  error(error: string | Error, details?: Omit<ErrorData, "message">): void;
  /** An http(s) address that viewers may open. */
  preview(url: string): void;
  usage(usage: UsageData): void;
  /** Shows a question to viewers and returns its `question_id`, a new one where none is given. Does not wait. */
  question(question: Omit<QuestionData, "question_id"> & { question_id?: string }): string;
  /** Ends a question: how it was answered, or that its time is up. */
  answer(answer: AnswerData): void;
  /** Any event; `id` makes sending it twice harmless, `at` (default now) is when it happened. */
  event<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    options?: { id?: string; at?: string },
  ): void;
  /** A line in the chat. */
  say(text: string): void;
  /**
   * Calls the handler with each chat line from viewers from now on; the returned function removes it. The lines are
   * untrusted: strangers write them, and name and text may try to instruct a model that reads them.
   */
  onMessage(handler: MessageHandler): () => void;
  /** Null until the server has named it. */
  readonly sessionId: string | null;
  /** Events that the server has not acknowledged yet. */
  readonly pending: number;
  /**
   * Resolves when all events so far are acknowledged or given up, however long that takes. If the end of a text could
   * be the beginning of a secret, that part still waits for its rest, until the command ends (`exit_code`, or another
   * command), the thought ends, the session ends or `close`.
   */
  flush(): Promise<void>;
  /** The same within `timeoutMs` (default 5,000). Never rejects. */
  drain(options?: { timeoutMs?: number }): Promise<DrainResult>;
  /**
   * Drops everything that has not left this process, also from the spool, and ends the session as `offline`. Later calls
   * do nothing. With `delayMs` events wait here that long before they leave.
   */
  panic(): Promise<void>;
  /** Ends open thoughts, drains, and releases timers and listeners; later calls do nothing. */
  close(options?: { timeoutMs?: number }): Promise<DrainResult>;
}

/** Never throws: it reports missing or wrong options to `onProblem`, and the agent's calls then do nothing. */
export function createAgent(given: AgentOptions = {}): KultiAgent {
  // Untyped code may pass null.
  const options = given ?? {};
  const report = createReport(options.onProblem);
  const settings = readSettings(options);
  if (settings.enabled && settings.offReason !== null) {
    const message = `Streaming is off: ${settings.offReason}.`;
    report({ code: "not_configured", message, dropped: 0 });
  }
  if (settings.ignored.length > 0) {
    const message = `Using defaults: ${settings.ignored.join("; ")}.`;
    report({ code: "bad_option", message, dropped: 0 });
  }
  const isOn = settings.enabled && settings.offReason === null;
  const outbox: Outbox = isOn
    ? createOutbox(settings, report, { endTexts: () => endTexts(), crashed, offline })
    : silentOutbox;
  if (options.onMessage) outbox.chat?.onMessage(options.onMessage);
  const streams = new Set<OpenStream>();
  const { redaction } = settings;
  const texts = createTextStreams(redaction.stream, (type, data, shown) =>
    safely(() => enqueue(type, data, {}, shown)),
  );

  /** Untyped agents may pass anything; errors that come of it are reported, never thrown. */
  function safely(run: () => void): void {
    if (!isOn || outbox.isStopped) return;
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
    if (!eventTypes.includes(type)) throw new Error(`${type} is not an event type`);
    const redact = (clean: EventDataByType[Type]) => redaction.data(type, clean, shown);
    fitData(type, data, report, redact).forEach((fitted, index) => {
      // The parts of one split event need ids of their own, and the same ones each time.
      const partId = id === undefined ? crypto.randomUUID() : index === 0 ? id : `${id}/${index}`;
      const json = JSON.stringify({ id: partId, type, at, data: fitted });
      outbox.push({
        id: partId,
        type,
        json,
        bytes: utf8Bytes(json),
        importance: importanceOf(type, fitted),
      });
    });
  }

  function crashed(error: unknown, isEnd: boolean): void {
    kultiAgent.error(error as Error);
    if (isEnd) kultiAgent.status("error");
  }

  function offline(): NewEvent {
    const id = crypto.randomUUID();
    const at = new Date().toISOString();
    const json = JSON.stringify({ id, type: "status", at, data: { status: "offline" } });
    return { id, type: "status", json, bytes: utf8Bytes(json), importance: 2 };
  }

  function send<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    options?: { id?: string; at?: string },
  ): void {
    safely(() => {
      for (const stream of streams) stream.flush();
      if (type === "status" && endsSession(data as EventDataByType["status"])) endTexts();
      const piece = texts.take(type, data, options?.id !== undefined);
      if (piece) enqueue(type, piece.data, options, piece.shown);
    });
  }

  /** Pushes the texts that wait for their rest: nothing more will follow. */
  function endTexts(): void {
    for (const stream of streams) stream.end();
    streams.clear();
    texts.end();
  }

  const thought =
    (thoughtType: ThoughtType): Verb =>
    (content, options) =>
      send("thought", {
        thought_type: thoughtType,
        content: toText(content),
        ...known(options, ["priority", "metadata"]),
      });

  const close = async (options?: { timeoutMs?: number }): Promise<DrainResult> => {
    endTexts();
    return outbox.close(options?.timeoutMs);
  };

  const kultiAgent: KultiAgent = {
    think: (content, options) => thought(options?.thoughtType ?? "general")(content, options),
    reason: thought("reasoning"),
    decide: thought("decision"),
    observe: thought("observation"),
    evaluate: thought("evaluation"),
    context: thought("context"),
    tool: thought("tool"),
    prompt: thought("prompt"),
    streamThought(options) {
      const thoughtType = options?.thoughtType ?? "general";
      const first = known(options, ["priority", "metadata"]);
      let isFirst = true;
      const stream = createThoughtStream(redaction.stream(), (streamId, content, isDone) =>
        safely(() => {
          const done = isDone ? { done: true } : {};
          const data = {
            thought_type: thoughtType,
            content,
            ...(isFirst ? first : {}),
            stream_id: streamId,
            ...done,
          };
          enqueue("thought", data, {}, "content");
          isFirst = false;
        }),
      );
      streams.add(stream);
      return {
        id: stream.id,
        write: (text) => safely(() => stream.write(toText(text))),
        end: () => {
          stream.end();
          streams.delete(stream);
        },
      };
    },
    code: (filename, content, options) =>
      send("code", {
        filename: toText(filename),
        action: options?.action ?? "write",
        content: toText(content),
        ...known(options, ["language"]),
      }),
    edit: (filename, edits, options) =>
      send("code", {
        filename: toText(filename),
        action: "edit",
        edits,
        ...known(options, ["language"]),
      }),
    deleteFile: (filename) => send("code", { filename: toText(filename), action: "delete" }),
    renameFile: (oldFilename, filename) =>
      send("code", {
        filename: toText(filename),
        action: "rename",
        old_filename: toText(oldFilename),
      }),
    terminal: (text, options) =>
      send("terminal", {
        stream: options?.stream ?? "stdout",
        text: toText(text),
        ...known(options, ["command"]),
        ...(options?.exitCode !== undefined && { exit_code: options.exitCode }),
      }),
    command: (command) => send("terminal", { command: toText(command), stream: "input", text: "" }),
    status: (status) => send("status", { status }),
    task: (title, description) => send("task", titled(title, description)),
    goal: (title, description) => send("goal", titled(title, description)),
    milestone: (label, completed = true) => send("milestone", { label: toText(label), completed }),
    error(error, details) {
      const stack = error instanceof Error && error.stack ? { stack: error.stack } : {};
      send("error", {
        message: toText(error),
        ...stack,
        ...known(details, ["file", "line", "stack", "recovery_strategy"]),
      });
    },
    preview: (url) => send("preview", { url: toText(url) }),
    usage: (usage) =>
      send("usage", known(usage, ["model", "input_tokens", "output_tokens", "cost_usd"])),
    question(question) {
      const id = toText(question?.question_id ?? crypto.randomUUID());
      send("question", {
        question_id: id,
        ...known(question, ["kind", "text", "options", "detail", "expires_at", "default"]),
      });
      return id;
    },
    answer: (answer) => send("answer", known(answer, ["question_id", "by", "option", "text"])),
    event: send,
    say: (text) => safely(() => outbox.chat?.say(redaction.text(toText(text)))),
    onMessage: (handler) => outbox.chat?.onMessage(handler) ?? (() => {}),
    get sessionId() {
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
      return outbox.drain(options?.timeoutMs);
    },
    panic: () => outbox.panic(),
    close,
  };
  return kultiAgent;
}

const endsSession = ({ status }: EventDataByType["status"]): boolean =>
  endingStatuses.some((ending) => ending === status);

/** The named fields that are set: the server would refuse others. */
function known<Given extends object, Name extends keyof Given>(
  given: Given | undefined,
  names: readonly Name[],
): Pick<Given, Name> {
  const picked: Partial<Pick<Given, Name>> = {};
  for (const name of names) if (given?.[name] !== undefined) picked[name] = given[name];
  return picked as Pick<Given, Name>;
}

function titled(title: string, description?: string): EventDataByType["task"] {
  const text = toText(title);
  return description === undefined
    ? { title: text }
    : { title: text, description: toText(description) };
}
