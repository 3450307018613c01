/** Events as agents send them and as the table keeps them. Field names are the wire's and the database's. */

export const thoughtTypes = [
  "general",
  "reasoning",
  "decision",
  "observation",
  "evaluation",
  "tool",
  "context",
  "prompt",
] as const;
export type ThoughtType = (typeof thoughtTypes)[number];

export const priorities = ["headline", "working", "detail"] as const;
export type Priority = (typeof priorities)[number];

export const statuses = [
  "starting",
  "live",
  "working",
  "thinking",
  "waiting",
  "paused",
  "error",
  "done",
  "offline",
] as const;
export type Status = (typeof statuses)[number];

/** A `status` event with one of these ends its session. */
export const endingStatuses = ["done", "offline"] as const satisfies readonly Status[];

export const codeActions = ["write", "edit", "delete", "rename"] as const;
export type CodeAction = (typeof codeActions)[number];

export const terminalStreams = ["stdout", "stderr", "input"] as const;
export type TerminalStream = (typeof terminalStreams)[number];

export const visibilities = ["public", "unlisted", "private"] as const;
export type Visibility = (typeof visibilities)[number];

export interface ThoughtMetadata {
  tool?: string;
  file?: string;
  prompt_for?: string;
  options?: string[];
  chosen?: string;
  /** From 0 to 1. */
  confidence?: number;
  [key: string]: unknown;
}

export interface ThoughtData {
  thought_type: ThoughtType;
  content: string;
  priority?: Priority;
  metadata?: ThoughtMetadata;
  /** Events that share a `stream_id` append to one thought. */
  stream_id?: string;
  /** True on the last event of a streamed thought. */
  done?: boolean;
}

/** Replaces the first occurrence of `old_text`; an empty `old_text` means an empty file. */
export interface TextReplacement {
  old_text: string;
  new_text: string;
}

/** At line `start` (counted from 1, in the file before the edit) `removed` lines give way to `added` ones. */
export interface DiffHunk {
  start: number;
  removed: string[];
  added: string[];
}

export type CodeEdit = TextReplacement | DiffHunk;

export interface CodeData {
  filename: string;
  language?: string;
  action: CodeAction;
  /** The whole new content. Required for `write`. */
  content?: string;
  /** Applied in order to the previous content. An `edit` has either `content` or `edits`. */
  edits?: CodeEdit[];
  /** The name before a `rename`; required there and nowhere else. */
  old_filename?: string;
}

export interface TerminalData {
  /** The command line that was started; its output follows in events without one. */
  command?: string;
  stream: TerminalStream;
  /** Raw text with its ANSI escapes. */
  text: string;
  /** Set when the command has ended. */
  exit_code?: number;
}

export interface StatusData {
  status: Status;
}

export interface TaskData {
  title: string;
  description?: string;
}

export type GoalData = TaskData;

export interface MilestoneData {
  label: string;
  completed: boolean;
}

export interface ErrorData {
  message: string;
  file?: string;
  line?: number;
  stack?: string;
  recovery_strategy?: string;
}

export interface PreviewData {
  /** http or https. */
  url: string;
}

export interface UsageData {
  model?: string;
  input_tokens?: number;
  output_tokens?: number;
  cost_usd?: number;
}

export interface EventDataByType {
  thought: ThoughtData;
  code: CodeData;
  terminal: TerminalData;
  status: StatusData;
  task: TaskData;
  goal: GoalData;
  milestone: MilestoneData;
  error: ErrorData;
  preview: PreviewData;
  usage: UsageData;
}

export type EventType = keyof EventDataByType;

export const eventTypes = [
  "thought",
  "code",
  "terminal",
  "status",
  "task",
  "goal",
  "milestone",
  "error",
  "preview",
  "usage",
] as const satisfies readonly EventType[];

type Each<Extra> = {
  [Type in EventType]: { type: Type; data: EventDataByType[Type] } & Extra;
}[EventType];

/** One event as an agent sends it; `id` and `at` are filled in where the agent left them out. */
export type AgentEvent = Each<{
  /** Made by the client, unique in its session: the key that makes a retry harmless. */
  id: string;
  /** ISO 8601 with offset. */
  at: string;
}>;

/** One event as the table holds it and as viewers receive it. */
export type StoredEvent = Each<{
  /** Position in the session: 1, 2, 3 … without gaps. */
  seq: number;
  id: string;
  at: string;
}>;

export type EventOf<Type extends EventType> = Extract<StoredEvent, { type: Type }>;
