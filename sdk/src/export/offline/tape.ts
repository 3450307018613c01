/**
 * A session on the player's clock. Pauses are shortened, so that nobody waits through an agent's idle hour; the clock
 * that is shown still tells the real time. Any moment's stage comes from the nearest checkpoint.
 */
import { emptyStage, fold } from "@kulti/protocol/fold/fold.ts";
import type { Stage } from "@kulti/protocol/fold/stage.ts";
import type { Message } from "@kulti/protocol/wire.ts";
import { markerOf } from "../marker.ts";
import { type Moment, momentsOf, type RecordedSession } from "../recorded-session.ts";

const longestPauseMs = 5_000;
/** Events between two checkpoints. A stage shares its structure with the next, so that keeping it costs little. */
const checkpointEvents = 250;

/** A row of the mind: where it stands in its list, and after how many moments it is there. */
export type Row = { from: number; atMs: number } & (
  | { kind: "thought"; index: number }
  | { kind: "error"; index: number }
  | { kind: "milestone"; label: string }
  | { kind: "message"; message: Message }
);

export interface Mark {
  playedMs: number;
  label: string;
  seq: number;
}

export interface Band {
  fromMs: number;
  toMs: number;
  /** How long it really was. */
  pauseMs: number;
}

export class Tape {
  readonly durationMs: number;
  readonly rows: Row[] = [];
  readonly marks: Mark[] = [];
  readonly bands: Band[] = [];
  readonly #session: RecordedSession;
  /** By moment: when it is played, when it really was, and how many events have happened with it. */
  readonly #played: number[] = [];
  readonly #real: number[] = [];
  readonly #events: number[] = [];
  readonly #checkpoints: Stage[] = [emptyStage];
  readonly #rowStarts: readonly number[];
  #last = { events: 0, stage: emptyStage };

  constructor(session: RecordedSession) {
    this.#session = session;
    const streams = new Set<string>();
    const counts = { thought: 0, error: 0 };
    let [playedMs, realMs, events] = [0, 0, 0];
    for (const moment of momentsOf(session)) {
      const pauseMs = moment.atMs - realMs;
      const fromMs = playedMs;
      playedMs += Math.min(pauseMs, longestPauseMs);
      realMs = moment.atMs;
      if (pauseMs > longestPauseMs) this.bands.push({ fromMs, toMs: playedMs, pauseMs });
      if (moment.kind === "event") events++;
      this.#played.push(playedMs);
      this.#real.push(realMs);
      this.#events.push(events);
      this.#note(moment, streams, counts);
    }
    this.#rowStarts = this.rows.map((row) => row.from);
    // The last moment is seen for a little while.
    this.durationMs = playedMs + (this.#played.length > 0 ? 1_000 : 0);
  }

  /** How many moments have happened at this time of the player's clock. */
  momentsAt(playedMs: number): number {
    return countUpTo(this.#played, playedMs);
  }

  /** When the moment is played; counts from 0. */
  playedAt(moment: number): number {
    return this.#played[Math.max(0, Math.min(moment, this.#played.length - 1))] ?? 0;
  }

  /** Where the real time is found on the player's clock. */
  playedOf(realMs: number): number {
    return this.playedAt(countUpTo(this.#real, realMs) - 1);
  }

  playedOfSeq(seq: number): number {
    const event = countUpTo(
      this.#session.events.map((event) => event.seq),
      seq,
    );
    return this.playedAt(this.#events.indexOf(event));
  }

  /** The real time since the start that the player's clock stands for. */
  realAt(playedMs: number): number {
    const count = this.momentsAt(playedMs);
    const [from, to] = [this.#played[count - 1] ?? 0, this.#played[count]];
    const before = this.#real[count - 1] ?? 0;
    if (to === undefined || to === from) return before;
    const part = (playedMs - from) / (to - from);
    return before + part * ((this.#real[count] ?? before) - before);
  }

  get momentCount(): number {
    return this.#played.length;
  }

  get realDurationMs(): number {
    return this.#real.at(-1) ?? 0;
  }

  /** The stage after so many moments. */
  stageAfter(moments: number): Stage {
    const events = this.#events[moments - 1] ?? 0;
    let step = Math.min(Math.floor(events / checkpointEvents), this.#checkpoints.length - 1);
    let from = { events: step * checkpointEvents, stage: this.#checkpoints[step] as Stage };
    // While it plays, the stage before is nearer than any checkpoint.
    if (this.#last.events <= events && this.#last.events > from.events) from = this.#last;
    let { stage } = from;
    for (let at = from.events; at < events; at++) {
      stage = fold(stage, this.#session.events[at] as never);
      if ((at + 1) % checkpointEvents !== 0) continue;
      step = (at + 1) / checkpointEvents;
      this.#checkpoints[step] ??= stage;
    }
    this.#last = { events, stage };
    return stage;
  }

  /** How many rows there are after so many moments. */
  rowsAfter(moments: number): number {
    return countUpTo(this.#rowStarts, moments);
  }

  /** Moments in each of so many equal stretches of the player's clock. */
  heat(stretches: number): number[] {
    const counts: number[] = Array(stretches).fill(0);
    for (const playedMs of this.#played) {
      const at = Math.floor((playedMs / Math.max(1, this.durationMs)) * stretches);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts;
  }

  #note(moment: Moment, streams: Set<string>, counts: { thought: number; error: number }): void {
    const row = { from: this.#played.length, atMs: moment.atMs };
    if (moment.kind === "message") {
      this.rows.push({ ...row, kind: "message", message: moment.message });
      return;
    }
    const { event } = moment;
    const label = markerOf(event);
    if (label !== null) {
      this.marks.push({ playedMs: this.#played.at(-1) ?? 0, label, seq: event.seq });
    }
    if (event.type === "thought") {
      const { stream_id: streamId } = event.data;
      if (streamId === undefined || !streams.has(streamId)) {
        this.rows.push({ ...row, kind: "thought", index: counts.thought++ });
      }
      if (streamId !== undefined) streams.add(streamId);
    } else if (event.type === "error") {
      this.rows.push({ ...row, kind: "error", index: counts.error++ });
    } else if (event.type === "milestone" && event.data.completed) {
      this.rows.push({ ...row, kind: "milestone", label: event.data.label });
    }
  }
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
