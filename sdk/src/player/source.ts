/** Where the player's events come from. Live and recorded sessions are two sources of this one shape. */
import type { Head, Message, StoredEvent } from "@kulti/protocol";

export type Connection = "connecting" | "catching_up" | "live" | "reconnecting" | "offline";

export interface SourceHandlers {
  /** In the order of `seq`, none missing, none twice. */
  events(batch: readonly StoredEvent[]): void;
  messages(batch: readonly Message[]): void;
  head(head: Head): void;
  connection(state: Connection): void;
  problem(problem: Problem): void;
}

export interface Problem {
  /** A code of the contract, or `unreachable`. */
  code: string;
  message: string;
}

export interface Source {
  start(handlers: SourceHandlers): void;
  stop(): void;
}
