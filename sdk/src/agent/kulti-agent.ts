/** What an agent can do on stage. */
import type {
  AnswerData,
  CodeAction,
  CodeEdit,
  ErrorData,
  EventDataByType,
  EventType,
  Priority,
  QuestionData,
  Status,
  TerminalStream,
  ThoughtMetadata,
  ThoughtType,
  UsageData,
} from "@kulti/protocol/event.ts";
import type { MessageHandler } from "./chat.ts";
import type { DrainResult } from "./drain-result.ts";
import type { ThoughtStream } from "./thought-stream.ts";

export interface ThoughtOptions {
  /** Default: `working`. */
  priority?: Priority;
  metadata?: ThoughtMetadata;
}

export type ThoughtVerb = (content: string, options?: ThoughtOptions) => void;

export interface KultiAgent {
  /** A thought of type `general`, or of the type given. */
  think(content: string, options?: ThoughtOptions & { thoughtType?: ThoughtType }): void;
  reason: ThoughtVerb;
  decide: ThoughtVerb;
  observe: ThoughtVerb;
  evaluate: ThoughtVerb;
  context: ThoughtVerb;
  tool: ThoughtVerb;
  prompt: ThoughtVerb;
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
