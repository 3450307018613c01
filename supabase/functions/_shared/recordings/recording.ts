import type { AgentEvent } from "../protocol/event.ts";

/** A part of a recording that could not be read; the rest of it was. */
export interface Skipped {
  /** Such as `line 12` or `step 3`. */
  where: string;
  why: string;
}

/** What a format's reader makes of a text. */
export interface RecordedRun {
  /** In order, within the limits of the contract; ids are unique in the recording and the same each time. */
  events: AgentEvent[];
  skipped: Skipped[];
}
