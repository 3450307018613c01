/**
 * A session on the player's clock. Pauses are shortened, so that nobody waits through an agent's idle hour; the clock
 * that is shown still tells the real time. Any moment's stage comes from the nearest checkpoint.
 */
import { empty_stage, fold } from "@kulti/protocol/fold.ts";
import type { Stage } from "@kulti/protocol/stage.ts";
import type { Message } from "@kulti/protocol/wire.ts";
import { marker_of } from "../marker.ts";
import { type Moment, moments_of, type RecordedSession } from "../session.ts";

const longest_pause_ms = 5_000;
/** Events between two checkpoints. A stage shares its structure with the next, so that keeping it costs little. */
const checkpoint_events = 250;

/** A row of the mind: where it stands in its list, and after how many moments it is there. */
export type Row = { from: number; at_ms: number } & (
  | { kind: "thought"; index: number }
  | { kind: "error"; index: number }
  | { kind: "milestone"; label: string }
  | { kind: "message"; message: Message }
);

export interface Mark {
  played_ms: number;
  label: string;
  seq: number;
}

export interface Band {
  from_ms: number;
  to_ms: number;
  /** How long it really was. */
  pause_ms: number;
}

export class Tape {
  readonly duration_ms: number;
  readonly rows: Row[] = [];
  readonly marks: Mark[] = [];
  readonly bands: Band[] = [];
  readonly #session: RecordedSession;
  /** By moment: when it is played, when it really was, and how many events have happened with it. */
  readonly #played: number[] = [];
  readonly #real: number[] = [];
  readonly #events: number[] = [];
  readonly #checkpoints: Stage[] = [empty_stage];
  readonly #row_starts: readonly number[];
  #last = { events: 0, stage: empty_stage };

  constructor(session: RecordedSession) {
    this.#session = session;
    const streams = new Set<string>();
    const counts = { thought: 0, error: 0 };
    let [played_ms, real_ms, events] = [0, 0, 0];
    for (const moment of moments_of(session)) {
      const pause_ms = moment.at_ms - real_ms;
      const from_ms = played_ms;
      played_ms += Math.min(pause_ms, longest_pause_ms);
      real_ms = moment.at_ms;
      if (pause_ms > longest_pause_ms) this.bands.push({ from_ms, to_ms: played_ms, pause_ms });
      if (moment.kind === "event") events++;
      this.#played.push(played_ms);
      this.#real.push(real_ms);
      this.#events.push(events);
      this.#note(moment, streams, counts);
    }
    this.#row_starts = this.rows.map((row) => row.from);
    // The last moment is seen for a little while.
    this.duration_ms = played_ms + (this.#played.length > 0 ? 1_000 : 0);
  }

  /** How many moments have happened at this time of the player's clock. */
  moments_at(played_ms: number): number {
    return count_up_to(this.#played, played_ms);
  }

  /** When the moment is played; counts from 0. */
  played_at(moment: number): number {
    return this.#played[Math.max(0, Math.min(moment, this.#played.length - 1))] ?? 0;
  }

  /** Where the real time is found on the player's clock. */
  played_of(real_ms: number): number {
    return this.played_at(count_up_to(this.#real, real_ms) - 1);
  }

  played_of_seq(seq: number): number {
    const event = count_up_to(
      this.#session.events.map((event) => event.seq),
      seq,
    );
    return this.played_at(this.#events.indexOf(event));
  }

  /** The real time since the start that the player's clock stands for. */
  real_at(played_ms: number): number {
    const count = this.moments_at(played_ms);
    const [from, to] = [this.#played[count - 1] ?? 0, this.#played[count]];
    const before = this.#real[count - 1] ?? 0;
    if (to === undefined || to === from) return before;
    const part = (played_ms - from) / (to - from);
    return before + part * ((this.#real[count] ?? before) - before);
  }

  get moment_count(): number {
    return this.#played.length;
  }

  get real_duration_ms(): number {
    return this.#real.at(-1) ?? 0;
  }

  /** The stage after so many moments. */
  stage_after(moments: number): Stage {
    const events = this.#events[moments - 1] ?? 0;
    let step = Math.min(Math.floor(events / checkpoint_events), this.#checkpoints.length - 1);
    let from = { events: step * checkpoint_events, stage: this.#checkpoints[step] as Stage };
    // While it plays, the stage before is nearer than any checkpoint.
    if (this.#last.events <= events && this.#last.events > from.events) from = this.#last;
    let { stage } = from;
    for (let at = from.events; at < events; at++) {
      stage = fold(stage, this.#session.events[at] as never);
      if ((at + 1) % checkpoint_events !== 0) continue;
      step = (at + 1) / checkpoint_events;
      this.#checkpoints[step] ??= stage;
    }
    this.#last = { events, stage };
    return stage;
  }

  /** How many rows there are after so many moments. */
  rows_after(moments: number): number {
    return count_up_to(this.#row_starts, moments);
  }

  /** Moments in each of so many equal stretches of the player's clock. */
  heat(stretches: number): number[] {
    const counts: number[] = Array(stretches).fill(0);
    for (const played_ms of this.#played) {
      const at = Math.floor((played_ms / Math.max(1, this.duration_ms)) * stretches);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts;
  }

  #note(moment: Moment, streams: Set<string>, counts: { thought: number; error: number }): void {
    const row = { from: this.#played.length, at_ms: moment.at_ms };
    if (moment.kind === "message") {
      this.rows.push({ ...row, kind: "message", message: moment.message });
      return;
    }
    const { event } = moment;
    const label = marker_of(event);
    if (label !== null) {
      this.marks.push({ played_ms: this.#played.at(-1) ?? 0, label, seq: event.seq });
    }
    if (event.type === "thought") {
      const { stream_id } = event.data;
      if (stream_id === undefined || !streams.has(stream_id)) {
        this.rows.push({ ...row, kind: "thought", index: counts.thought++ });
      }
      if (stream_id !== undefined) streams.add(stream_id);
    } else if (event.type === "error") {
      this.rows.push({ ...row, kind: "error", index: counts.error++ });
    } else if (event.type === "milestone" && event.data.completed) {
      this.rows.push({ ...row, kind: "milestone", label: event.data.label });
    }
  }
}

/** How many of the ascending numbers are at most `limit`. */
function count_up_to(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
