/**
 * What the viewer wants to see: the live edge or a place in the past, moving or not. Commands change it one after the
 * other, each at once and without waiting; bringing the picture there is the player's work. Pure.
 */
import { type Chapters, chapter_index } from "./chapters.ts";
import type { Timeline } from "./timeline.ts";

export interface Control {
  /** Null: the live edge, wherever it goes. */
  readonly place: Place | null;
  /** Moves by the clock. The live edge moves by itself. */
  readonly playing: boolean;
  readonly speed: number;
  /** Idle stretches are shortened. */
  readonly skips_idle: boolean;
  /** Playing only until the live edge is reached, at this speed. */
  readonly catch_up_speed: number | null;
}

export interface Place {
  /** Session time. */
  readonly ms: number;
  /** The last event shown; it may not have been read yet. */
  readonly seq: number;
}

export type Command =
  | { kind: "play" }
  | { kind: "pause" }
  | { kind: "toggle" }
  | { kind: "restart" }
  /** To a session time. */
  | { kind: "seek"; ms: number }
  /** By so much on the scale that playback moves along. */
  | { kind: "skip"; play_ms: number }
  /** To a part of the whole, from 0 to 1. */
  | { kind: "seek_part"; part: number }
  | { kind: "skip_part"; part: number }
  | { kind: "seek_seq"; seq: number }
  | { kind: "step"; by: 1 | -1 }
  | { kind: "chapter"; by: 1 | -1 }
  | { kind: "speed"; speed: number }
  | { kind: "faster" }
  | { kind: "slower" }
  | { kind: "idle"; skips: boolean }
  | { kind: "go_live" }
  | { kind: "catch_up" };

/** What a command has to know of the session. */
export interface Known {
  timeline: Timeline;
  chapters: Chapters;
  /** The session has ended: its edge moves no more, and playing there begins anew. */
  is_over: boolean;
  /** Events that exist, as far as anybody has told: more than the timeline has while it is being read. */
  to_seq: number;
}

export const speeds = [0.5, 1, 2, 4, 8, 16] as const;
const catch_up_speed = 2;

export const at_the_edge: Control = {
  place: null,
  playing: false,
  speed: 1,
  skips_idle: true,
  catch_up_speed: null,
};

export function obey(control: Control, command: Command, known: Known): Control {
  const { timeline, chapters } = known;
  const here = place_of(control, timeline);
  switch (command.kind) {
    case "toggle":
      return obey(control, { kind: is_moving(control, known) ? "pause" : "play" }, known);
    case "play":
      if (control.place === null || here.seq >= known.to_seq) {
        return known.is_over
          ? obey(control, { kind: "restart" }, known)
          : { ...control, place: null };
      }
      return { ...control, place: here, playing: true };
    case "restart":
      return { ...control, ...still, place: at_ms(0, timeline), playing: true };
    case "pause":
      return { ...control, ...still, place: control.place === null && known.is_over ? null : here };
    case "seek":
      return to(control, at_ms(command.ms, timeline), known);
    case "skip": {
      const { skips_idle } = control;
      const play_ms = timeline.play_of(here.ms, skips_idle) + command.play_ms;
      return to(control, at_ms(timeline.ms_of_play(play_ms, skips_idle), timeline), known);
    }
    case "seek_part":
      return to(control, at_part(command.part, control, known), known);
    case "skip_part": {
      const part = part_of(here, control, known) + command.part;
      return to(control, at_part(part, control, known), known);
    }
    case "seek_seq":
      return { ...to(control, at_seq(command.seq, known), known), ...still };
    case "step": {
      const seq = Math.max(1, here.seq + command.by);
      return { ...to(control, at_seq(seq, known), known), ...still };
    }
    case "chapter":
      return to(control, next_chapter(here, command.by, chapters, timeline), known);
    case "speed":
      return { ...control, speed: clamp(command.speed, speeds[0], 16), catch_up_speed: null };
    case "faster":
      return { ...control, speed: speeds.find((one) => one > control.speed) ?? 16 };
    case "slower":
      return { ...control, speed: speeds.findLast((one) => one < control.speed) ?? speeds[0] };
    case "idle":
      return { ...control, skips_idle: command.skips };
    case "go_live":
      return { ...control, ...still, place: null };
    case "catch_up":
      return control.place === null
        ? control
        : { ...control, playing: true, catch_up_speed: Math.max(catch_up_speed, control.speed) };
  }
}

const still = { playing: false, catch_up_speed: null };

/** Time goes on in the picture by itself. */
export const is_moving = ({ place, playing }: Control, { is_over }: Pick<Known, "is_over">) =>
  place === null ? !is_over : playing;

export const rate_of = ({ catch_up_speed, speed }: Control): number => catch_up_speed ?? speed;

export const place_of = ({ place }: Control, timeline: Timeline): Place =>
  place ?? { ms: timeline.end_ms, seq: timeline.length };

/** The control after `passed_ms` of the clock. Past the last event known it waits for more, or comes to the edge. */
export function move_on(control: Control, passed_ms: number, known: Known): Control {
  const { timeline } = known;
  const { place, playing, skips_idle } = control;
  if (!playing || place === null) return control;
  const play_ms = timeline.play_of(place.ms, skips_idle) + passed_ms * rate_of(control);
  const ms = Math.max(place.ms, timeline.ms_of_play(play_ms, skips_idle));
  const seq = Math.max(place.seq, timeline.seq_at(ms));
  if (seq >= known.to_seq) return { ...control, ...still, place: null };
  return { ...control, place: { ms, seq } };
}

/** How much of the bar lies before a place, from 0 to 1. What was not read yet has the share that its events have. */
export function part_of(
  place: Place,
  { skips_idle }: Control,
  { timeline, to_seq }: Known,
): number {
  const read = read_share({ timeline, to_seq });
  if (place.seq > timeline.length) return Math.min(1, place.seq / to_seq);
  const end = timeline.play_of(timeline.end_ms, skips_idle);
  if (end === 0) return to_seq === 0 ? 0 : place.seq / to_seq;
  return (read * timeline.play_of(place.ms, skips_idle)) / end;
}

export const read_share = ({ timeline, to_seq }: Pick<Known, "timeline" | "to_seq">): number =>
  to_seq > timeline.length ? timeline.length / to_seq : 1;

export function at_part(wanted: number, { skips_idle }: Control, known: Known): Place {
  const { timeline, to_seq } = known;
  const part = clamp(wanted, 0, 1);
  const read = read_share(known);
  if (part > read) return at_seq(Math.round(part * to_seq), known);
  const end = timeline.play_of(timeline.end_ms, skips_idle);
  if (end === 0) return at_seq(Math.max(1, Math.round(part * to_seq)), known);
  const ms = timeline.ms_of_play((part / read) * end, skips_idle);
  return part >= 1 ? { ms: timeline.end_ms, seq: timeline.length } : at_ms(ms, timeline);
}

function to(control: Control, place: Place, known: Known): Control {
  // The very end of what is over is the edge; of a session that goes on, too: that is where a viewer means to be.
  if (place.seq >= known.to_seq && place.ms >= known.timeline.end_ms) {
    return { ...control, ...still, place: null };
  }
  const was_live = control.place === null && !known.is_over;
  return { ...control, place, playing: control.playing || was_live };
}

const at_ms = (wanted: number, timeline: Timeline): Place => {
  const ms = clamp(wanted, 0, timeline.end_ms);
  return { ms, seq: timeline.seq_at(ms) };
};

const at_seq = (wanted: number, { timeline, to_seq }: Known): Place => {
  const seq = clamp(Math.round(wanted), 0, Math.max(to_seq, timeline.length));
  return { ms: seq === 0 ? 0 : timeline.ms_of(seq), seq };
};

/** Going back, one that has only just begun is left for the one before. */
const just_begun_ms = 1_500;

function next_chapter(here: Place, by: 1 | -1, chapters: Chapters, timeline: Timeline): Place {
  const index = chapter_index(chapters, here.seq);
  const current = chapters.get(index);
  const is_fresh = current !== undefined && here.ms - current.ms < just_begun_ms;
  const chapter = by > 0 ? chapters.get(index + 1) : is_fresh ? chapters.get(index - 1) : current;
  if (chapter) return { ms: chapter.ms, seq: chapter.seq };
  return by > 0 ? { ms: timeline.end_ms, seq: timeline.length } : at_ms(0, timeline);
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, Number.isFinite(value) ? value : low));
