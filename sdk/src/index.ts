export { type ErrorCode, KultiError } from "@kulti/protocol/errors.ts";
export type {
  AgentEvent,
  CodeAction,
  CodeData,
  CodeEdit,
  DiffHunk,
  ErrorData,
  EventDataByType,
  EventType,
  PreviewData,
  Priority,
  Status,
  StatusData,
  TaskData,
  TerminalData,
  TerminalStream,
  TextReplacement,
  ThoughtData,
  ThoughtMetadata,
  ThoughtType,
  UsageData,
  Visibility,
} from "@kulti/protocol/event.ts";
export { limits } from "@kulti/protocol/limits.ts";
export type { Agent, AgentKey, Message } from "@kulti/protocol/wire.ts";
export type { MessageHandler, UntrustedMessage } from "./chat.ts";
export { createAgent, type KultiAgent, type ThoughtOptions } from "./client.ts";
export type { AgentOptions } from "./options.ts";
export type { DrainResult } from "./outbox.ts";
export type { KultiProblem, ProblemCode } from "./problem.ts";
export { type RegisterOptions, type Registration, registerAgent } from "./register.ts";
export type { SessionChoice } from "./session.ts";
export type { ThoughtStream } from "./thought-stream.ts";
