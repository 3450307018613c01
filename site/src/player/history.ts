/**
 * Everything known of a session so far, and any moment of it: `moment(seq)` is the fold over the first `seq` events.
 *
 * Memory: 17 bytes per event for the timeline; the stage itself (all thoughts, all terminal output, each file as it is
 * now); checkpoints within `checkpoint_bytes`; events within `page_bytes`. So beside what the stage shows anyway, a
 * session of any length takes at most about 130 MB. Events that were dropped are read again when needed.
 * Tests: history.test.ts "any moment is the fold".
 */
import type { StoredEvent } from "@kulti/protocol";
import { type Chapters, extend_chapters, no_chapters } from "./chapters.ts";
import { create_checkpoints } from "./checkpoints.ts";
import { before_all, type Moment, next_moment, type OnPassed } from "./moment.ts";
import { create_pages, page_events } from "./pages.ts";
import { create_timeline, type Timeline } from "./timeline.ts";

export interface HistoryOptions {
  /** Reads some consecutive events after `after_seq` again. */
  read(after_seq: number): Promise<readonly StoredEvent[]>;
  /** Default 64 MB each. */
  checkpoint_bytes?: number;
  page_bytes?: number;
}

export interface History {
  readonly timeline: Timeline;
  readonly chapters: Chapters;
  /** The moment after the last event. */
  readonly edge: Moment;
  /** What pages and checkpoints hold, roughly. */
  readonly bytes: number;
  /** In the order of `seq`; what is known already is passed over. */
  append(batch: readonly StoredEvent[], on_passed?: OnPassed): void;
  /**
   * The fold over the first `seq` events (as many as there are); null where some must be read again first.
   * `near`, an earlier moment, is gone on from where that is shorter; `on_passed` is then told of each event.
   */
  moment(seq: number, near?: Moment, on_passed?: OnPassed): Moment | null;
  /** The same for events that must be read again. Rejects where the table can't be read. */
  recall(seq: number): Promise<Moment>;
}

const default_bytes = 64 * 1024 * 1024;

export function create_history(options: HistoryOptions): History {
  const { read, checkpoint_bytes = default_bytes, page_bytes = default_bytes } = options;
  const timeline = create_timeline();
  const pages = create_pages(page_bytes);
  const checkpoints = create_checkpoints(checkpoint_bytes);
  let edge = before_all;
  let chapters = no_chapters;
  let changed_files = new Set<string>();

  const keep = (event: StoredEvent, after: Moment) => {
    pages.add(event);
    timeline.add(event.type, event.at);
    chapters = extend_chapters(chapters, event, after, timeline.end_ms);
    if (event.type === "code") changed_files.add(event.data.filename);
    if (event.seq % page_events !== 0) return;
    checkpoints.add(after, changed_files);
    changed_files = new Set();
  };

  const read_again = async (after_seq: number): Promise<readonly StoredEvent[]> => {
    const events = await read(after_seq);
    if (events[0]?.seq !== after_seq + 1) {
      throw new Error(`Cannot show event ${after_seq + 1}: the server no longer has it.`);
    }
    pages.restore(events);
    return events;
  };

  const start_of = (seq: number, near?: Moment): Moment => {
    const checkpoint = checkpoints.before(seq);
    const is_nearer = near && near.stage.seq <= seq && near.stage.seq >= checkpoint.stage.seq;
    return is_nearer ? near : checkpoint;
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
    append(batch, on_passed) {
      for (const event of batch) {
        if (event.seq !== edge.stage.seq + 1) continue;
        const before = edge;
        edge = next_moment(before, event);
        keep(event, edge);
        on_passed?.(before, edge, event);
      }
    },
    moment(wanted, near, on_passed) {
      const seq = Math.min(wanted, timeline.length);
      if (seq === timeline.length && !on_passed) return edge;
      const start = start_of(seq, near);
      const events = pages.between(start.stage.seq, seq);
      if (!events) return null;
      let moment = start;
      for (const event of events) {
        const before = moment;
        moment = next_moment(before, event);
        if (start === near) on_passed?.(before, moment, event);
      }
      // One object for one moment, so that who compares by identity knows the edge.
      return seq === timeline.length ? edge : moment;
    },
    async recall(wanted) {
      const seq = Math.min(wanted, timeline.length);
      let moment = checkpoints.before(seq);
      while (moment.stage.seq < seq) {
        // Page by page, so that a long way never has to fit into memory at once.
        const after_seq = moment.stage.seq;
        const page_end = Math.min(seq, (Math.floor(after_seq / page_events) + 1) * page_events);
        const events = pages.between(after_seq, page_end) ?? (await read_again(after_seq));
        for (const event of events) if (event.seq <= seq) moment = next_moment(moment, event);
      }
      return moment;
    },
  };
}
