/** The effect of the events between two snapshots: text to type out, and files and output to follow. */
import type { StoredEvent } from "@kulti/protocol";
import { type Arrival, arrivalsOf } from "./arrivals.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Passed {
  /** New text in the Mind, in order. */
  readonly arrivals: readonly Arrival[];
  /** The code and terminal events, in order. */
  readonly work: readonly StoredEvent[];
}

export interface PassedCollector extends Passed {
  add(before: Snapshot, after: Snapshot, event: StoredEvent): void;
}

/** Collects event by event, so that no snapshot in between stays in memory. */
export function collectPassed(): PassedCollector {
  const arrivals: Arrival[] = [];
  const work: StoredEvent[] = [];
  return {
    arrivals,
    work,
    add(before, after, event) {
      arrivals.push(...arrivalsOf(before.stage, after.stage, event));
      if (event.type === "terminal" || event.type === "code") work.push(event);
    },
  };
}
