/** Where the player's events come from. A live session, a recording and an exported page are sources of this one shape. */
import type { Head, Message, StoredEvent } from "@kulti/protocol";

/**
 * What a source is doing. `catching_up` while it brings what happened before, `live` once all of it is there: for a
 * recording that is the end of reading.
 */
export type Connection = "connecting" | "catching_up" | "live" | "reconnecting" | "offline";

export interface SourceHandlers {
  /** In the order of `seq`, none missing, none twice. */
  events(batch: readonly StoredEvent[]): void;
  /** The chat, in the order of `seq`. */
  messages(batch: readonly Message[]): void;
  /** The latest head of the session. */
  head(head: Head): void;
  connection(state: Connection): void;
  /** Stays in the state until events come again; `session_not_found` ends the visit (`onGone`). */
  problem(problem: Problem): void;
}

export interface Problem {
  /** A code of the contract, or `unreachable`. */
  code: string;
  /** For people. */
  message: string;
}

export interface Source {
  /** Called once, by `createPlayer`. It may call its handlers at once. */
  start(handlers: SourceHandlers): void;
  /** Calls no handler afterwards. */
  stop(): void;
}
