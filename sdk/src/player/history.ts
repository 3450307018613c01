/**
 * The events read so far of a session. `snapshotAt(seq)` is the fold over the first `seq` events.
 *
 * Memory: 17 bytes per event for the timeline; the stage itself (all thoughts, all terminal output, the current version
 * of each file); checkpoints within `checkpointBytes`; events within `pageBytes`. So a session of any length takes at
 * most about 130 MB besides its stage. The history drops old events and reads them again when it needs them.
 * Tests: history.test.ts "any snapshot is the fold".
 */
import type { StoredEvent } from "@kulti/protocol";
import { type Chapters, extendChapters, noChapters } from "./chapters.ts";
import { createCheckpoints } from "./checkpoints.ts";
import { createPages, pageEvents } from "./pages.ts";
import { collectPassed, type Passed } from "./passed.ts";
import { emptySnapshot, nextSnapshot, type Snapshot } from "./snapshot.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

export interface HistoryOptions {
  /** Reads consecutive events after `afterSeq` again, as many as it likes. */
  read(afterSeq: number): Promise<readonly StoredEvent[]>;
  /** Default: 64 MB each. */
  checkpointBytes?: number;
  pageBytes?: number;
}

export interface History {
  readonly timeline: Timeline;
  readonly chapters: Chapters;
  /** The snapshot after the last event. */
  readonly edge: Snapshot;
  /** The approximate size of the pages and the checkpoints. */
  readonly bytes: number;
  /** Takes events in the order of `seq` and ignores known ones. Returns the effect of the new ones. */
  append(batch: readonly StoredEvent[]): Passed;
  /**
   * The fold over the first `seq` events, or over all if there are fewer. Null if it must first read events again.
   * Starts from `near` if that is closer than the nearest checkpoint.
   */
  snapshotAt(seq: number, near?: Snapshot): Snapshot | null;
  /** The same from an earlier snapshot, with the effect of each event in between. */
  passTo(seq: number, from: Snapshot): { snapshot: Snapshot; passed: Passed } | null;
  /** Reads events again and returns the snapshot. Rejects if it cannot read the table. */
  recall(seq: number): Promise<Snapshot>;
}

const defaultBytes = 64 * 1024 * 1024;

export function createHistory(options: HistoryOptions): History {
  const { read, checkpointBytes = defaultBytes, pageBytes = defaultBytes } = options;
  const timeline = createTimeline();
  const pages = createPages(pageBytes);
  const checkpoints = createCheckpoints(checkpointBytes);
  let edge = emptySnapshot;
  let chapters = noChapters;
  let changedFiles = new Set<string>();

  const keep = (event: StoredEvent, after: Snapshot) => {
    pages.add(event);
    timeline.add(event.type, event.at);
    chapters = extendChapters(chapters, event, after, timeline.endMs);
    if (event.type === "code") changedFiles.add(event.data.filename);
    if (event.seq % pageEvents !== 0) return;
    checkpoints.add(after, changedFiles);
    changedFiles = new Set();
  };

  const readAgain = async (afterSeq: number): Promise<readonly StoredEvent[]> => {
    const events = await read(afterSeq);
    if (events[0]?.seq !== afterSeq + 1) {
      throw new Error(`Cannot show event ${afterSeq + 1}: the server no longer has it.`);
    }
    pages.restore(events);
    return events;
  };

  const startOf = (seq: number, near?: Snapshot): Snapshot => {
    const checkpoint = checkpoints.before(seq);
    const isNearer = near && near.stage.seq <= seq && near.stage.seq >= checkpoint.stage.seq;
    return isNearer ? near : checkpoint;
  };

  return {
    timeline,
    get chapters() {
      return chapters;
    },
    get edge() {
      return edge;
    },
    get bytes() {
      return pages.bytes + checkpoints.bytes;
    },
    append(batch) {
      const passed = collectPassed();
      for (const event of batch) {
        if (event.seq !== edge.stage.seq + 1) continue;
        const before = edge;
        edge = nextSnapshot(before, event);
        keep(event, edge);
        passed.add(before, edge, event);
      }
      return passed;
    },
    snapshotAt(wanted, near) {
      const seq = Math.min(wanted, timeline.length);
      if (seq === timeline.length) return edge;
      const start = startOf(seq, near);
      return pages.between(start.stage.seq, seq)?.reduce(nextSnapshot, start) ?? null;
    },
    passTo(wanted, from) {
      const seq = Math.min(wanted, timeline.length);
      const events = pages.between(from.stage.seq, seq);
      if (!events) return null;
      const passed = collectPassed();
      let snapshot = from;
      for (const event of events) {
        const before = snapshot;
        snapshot = nextSnapshot(before, event);
        passed.add(before, snapshot, event);
      }
      // Always the same object for the edge, because the player compares by identity.
      return { snapshot: seq === timeline.length ? edge : snapshot, passed };
    },
    async recall(wanted) {
      const seq = Math.min(wanted, timeline.length);
      let snapshot = checkpoints.before(seq);
      while (snapshot.stage.seq < seq) {
        // Page by page, so that a long range never has to fit into memory at once.
        const afterSeq = snapshot.stage.seq;
        const pageEnd = Math.min(seq, (Math.floor(afterSeq / pageEvents) + 1) * pageEvents);
        const events = pages.between(afterSeq, pageEnd) ?? (await readAgain(afterSeq));
        for (const event of events) if (event.seq <= seq) snapshot = nextSnapshot(snapshot, event);
      }
      return snapshot;
    },
  };
}
