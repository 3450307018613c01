/** The source of the player's events. A live session, a recording and an exported page share this interface. */
import type { Head, Message, StoredEvent } from "@kulti/protocol";

/**
 * The state of a source: `catching_up` while it delivers past events, `live` once it has delivered all of them. A
 * recording is `live` after it is read.
 */
export type Connection = "connecting" | "catching_up" | "live" | "reconnecting" | "offline";

export interface SourceHandlers {
  /** Events in the order of `seq`, without gaps or duplicates. */
  events(batch: readonly StoredEvent[]): void;
  /** Chat messages in the order of `seq`. */
  messages(batch: readonly Message[]): void;
  /** The latest head of the session. */
  head(head: Head): void;
  connection(state: Connection): void;
  /** Stays in the state until events arrive again. `session_not_found` ends the visit (`onGone`). */
  problem(problem: Problem): void;
}

export interface Problem {
  /** An error code of the contract, or `unreachable`. */
  code: string;
  /** The text for people. */
  message: string;
}

export interface Source {
  /** `createPlayer` calls this once. The source may call its handlers at once. */
  start(handlers: SourceHandlers): void;
  /** After this the source calls no handler. */
  stop(): void;
}
