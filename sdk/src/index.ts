export { type ErrorCode, KultiError } from "@kulti/protocol/errors.ts";
export type {
  AgentEvent,
  AnswerData,
  Answerer,
  CodeAction,
  CodeData,
  CodeEdit,
  DiffHunk,
  ErrorData,
  EventDataByType,
  EventType,
  PreviewData,
  Priority,
  QuestionData,
  QuestionKind,
  QuestionOption,
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
export type { MessageHandler, UntrustedMessage } from "./agent/chat.ts";
export { createAgent } from "./agent/client.ts";
export type { DrainResult } from "./agent/drain-result.ts";
export { Kulti } from "./agent/kulti.ts";
export type { KultiAgent, ThoughtOptions } from "./agent/kulti-agent.ts";
export type { AgentOptions } from "./agent/options.ts";
export type { KultiProblem, ProblemCode } from "./agent/problem.ts";
export { type RegisterOptions, type Registration, registerAgent } from "./agent/register.ts";
export { type ScrubOptions, scrubSession } from "./agent/scrub.ts";
export type { SessionChoice } from "./agent/session.ts";
export type { ThoughtStream } from "./agent/thought-stream.ts";
