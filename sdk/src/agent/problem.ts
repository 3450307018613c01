/** What went wrong on the way to the server, told beside the agent's work and never thrown into it. */
import type { EventType } from "@kulti/protocol/event.ts";
import { printableMessage } from "./printable.ts";

export type ProblemCode =
  /** Server, agent id or key is missing or of the wrong form; nothing will be sent. */
  | "not_configured"
  /** An option is of no use; its default holds. */
  | "bad_option"
  /** The server can't be reached or answers with errors; sending goes on being tried. */
  | "unreachable"
  /** The server refuses this agent or session; sending has stopped. */
  | "refused"
  /** The server refused single events; they were dropped. */
  | "invalid_event"
  /** An event is larger than the contract allows; it was dropped. */
  | "too_large"
  /** A text was cut to its limit. */
  | "clipped"
  /** More is waiting than may be held; the least important of it was dropped. */
  | "queue_full"
  /** The server accepts no events for now, because of a rate or a quota; they are queued until it does. */
  | "held_back"
  /** The agent stops waiting, or the process ends, before everything was sent. */
  | "unsent"
  /** A chat line could not be delivered. */
  | "chat_failed"
  /** A handler given by the agent threw. */
  | "handler_failed";

export interface KultiProblem {
  code: ProblemCode;
  /** One line: what could not be done, because of what, and what to do. */
  message: string;
  /** Events lost by it. */
  dropped: number;
  /** Type of the event concerned, where it is one. */
  eventType?: EventType;
  /** HTTP status and the server's error code, where it answered. */
  status?: number;
  errorCode?: string;
}

export type Report = (problem: KultiProblem) => void;

/** Calls `onProblem`, or writes each message once to stderr; whatever it throws stays here. */
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
      // A failing reporter has nobody left to report to.
    }
  };
}
