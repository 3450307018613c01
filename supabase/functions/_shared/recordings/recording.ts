import type { AgentEvent } from "../protocol/event.ts";

export type RecordingFormat = "swe-agent" | "claude-code" | "codex" | "kulti";

/** A part of a recording that could not be read; the rest of it was. */
export interface Skipped {
  /** Such as `line 12` or `step 3`. */
  where: string;
  why: string;
}

export interface Recording {
  format: RecordingFormat;
  /** In order, within the limits of the contract; ids are unique in the recording and the same each time. */
  events: AgentEvent[];
  skipped: Skipped[];
}
