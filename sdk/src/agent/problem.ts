/** Problems on the way to the server: reported, never thrown into the agent. */
import type { EventType } from "@kulti/protocol/event.ts";
import { printableMessage } from "./printable.ts";

export type ProblemCode =
  /** Server, agent id or key is missing or of the wrong form; nothing will be sent. */
  | "not_configured"
  /** An option is unusable; its default applies. */
  | "bad_option"
  /** The server can't be reached or answers with errors; the SDK keeps trying. */
  | "unreachable"
  /** The server refuses this agent or session; sending has stopped. */
  | "refused"
  /** The server refused single events; they were dropped. */
  | "invalid_event"
  /** An event is larger than the contract allows; it was dropped. */
  | "too_large"
  /** A text was cut to its limit. */
  | "clipped"
  /** The queue is full; the least important events were dropped. */
  | "queue_full"
  /** The server accepts no events for now, because of a rate or a quota; they are queued until it does. */
  | "held_back"
  /** The agent stops waiting, or the process ends, before everything was sent. */
  | "unsent"
  /** Unsent events can't be kept on disk, or some that were kept are too old or too many. */
  | "spool_failed"
  /** A chat line could not be delivered. */
  | "chat_failed"
  /** A handler given by the agent threw. */
  | "handler_failed";

export interface KultiProblem {
  code: ProblemCode;
  /** One line: the failure, the reason, and what to do. */
  message: string;
  /** Events lost by it. */
  dropped: number;
  /** The event's type, if the problem is about one. */
  eventType?: EventType;
  /** HTTP status and the server's error code, if it answered. */
  status?: number;
  errorCode?: string;
}

export type Report = (problem: KultiProblem) => void;

/** Calls `onProblem`, or writes each message once to stderr; swallows what it throws. */
export function createReport(onProblem?: (problem: KultiProblem) => void): Report {
  const told = new Set<string>();
  const warn = (problem: KultiProblem): void => {
    if (told.has(problem.code) && problem.code !== "invalid_event") return;
    told.add(problem.code);
    console.warn(`kulti: ${printableMessage(problem.message)}`);
  };
  const handler = onProblem ?? warn;
  return (problem) => {
    try {
      handler(problem);
    } catch {
      // A failing reporter can't report its own failure.
    }
  };
}
