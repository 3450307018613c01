import type { AgentEvent } from "../protocol/event.ts";

/** An unreadable part of a recording. */
export interface Skipped {
  /** The place, such as `line 12` or `step 3`. */
  where: string;
  why: string;
}

/** The result of a format's reader. */
export interface RecordedRun {
  /** In order and within the contract's limits. Ids are unique in the recording and the same on each read. */
  events: AgentEvent[];
  skipped: Skipped[];
}
