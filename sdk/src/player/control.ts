/**
 * What the viewer wants to see: the live edge or a place in the past, moving or not. Commands change it one after the
 * other, each at once and without waiting; bringing the picture there is the player's work. Pure.
 */
import { type Chapters, chapterIndex } from "./chapters.ts";
import type { Timeline } from "./timeline.ts";

export interface Control {
  /** Null: the live edge, wherever it goes. */
  readonly place: Place | null;
  /** Moves by the clock. The live edge moves by itself. */
  readonly playing: boolean;
  readonly speed: number;
  /** Idle stretches are shortened. */
  readonly skipsIdle: boolean;
  /** Playing only until the live edge is reached, at this speed. */
  readonly catchUpSpeed: number | null;
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
  | { kind: "skip"; playMs: number }
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

/** What commands are judged by. */
export interface SessionFacts {
  timeline: Timeline;
  chapters: Chapters;
  /** The session has ended: its edge moves no more, and playing there begins anew. */
  isOver: boolean;
  /** Events that exist, as far as anybody has told: more than the timeline has while it is being read. */
  to_seq: number;
}

export const speeds = [0.5, 1, 2, 4, 8, 16] as const;
const catchUpSpeed = 2;

export const atTheEdge: Control = {
  place: null,
  playing: false,
  speed: 1,
  skipsIdle: true,
  catchUpSpeed: null,
};

export function applyCommand(control: Control, command: Command, facts: SessionFacts): Control {
  const { timeline, chapters } = facts;
  const here = placeOf(control, timeline);
  switch (command.kind) {
    case "toggle":
      return applyCommand(control, { kind: isMoving(control, facts) ? "pause" : "play" }, facts);
    case "play":
      if (control.place === null || here.seq >= facts.to_seq) {
        return facts.isOver
          ? applyCommand(control, { kind: "restart" }, facts)
          : { ...control, place: null };
      }
      return { ...control, place: here, playing: true };
    case "restart":
      return { ...control, ...still, place: atMs(0, timeline), playing: true };
    case "pause":
      return { ...control, ...still, place: control.place === null && facts.isOver ? null : here };
    case "seek":
      return to(control, atMs(command.ms, timeline), facts);
    case "skip": {
      const { skipsIdle } = control;
      const playMs = timeline.playOf(here.ms, skipsIdle) + command.playMs;
      return to(control, atMs(timeline.msOfPlay(playMs, skipsIdle), timeline), facts);
    }
    case "seek_part":
      return to(control, atPart(command.part, control, facts), facts);
    case "skip_part": {
      const part = partOf(here, control, facts) + command.part;
      return to(control, atPart(part, control, facts), facts);
    }
    case "seek_seq":
      return { ...to(control, atSeq(command.seq, facts), facts), ...still };
    case "step": {
      const seq = Math.max(1, here.seq + command.by);
      return { ...to(control, atSeq(seq, facts), facts), ...still };
    }
    case "chapter":
      return to(control, nextChapter(here, command.by, chapters, timeline), facts);
    case "speed":
      return { ...control, speed: clamp(command.speed, speeds[0], 16), catchUpSpeed: null };
    case "faster":
      return { ...control, speed: speeds.find((one) => one > control.speed) ?? 16 };
    case "slower":
      return { ...control, speed: speeds.findLast((one) => one < control.speed) ?? speeds[0] };
    case "idle":
      return { ...control, skipsIdle: command.skips };
    case "go_live":
      return { ...control, ...still, place: null };
    case "catch_up":
      return control.place === null
        ? control
        : { ...control, playing: true, catchUpSpeed: Math.max(catchUpSpeed, control.speed) };
  }
}

const still = { playing: false, catchUpSpeed: null };

/** Time goes on in the picture by itself. */
export const isMoving = ({ place, playing }: Control, { isOver }: Pick<SessionFacts, "isOver">) =>
  place === null ? !isOver : playing;

export const rateOf = ({ catchUpSpeed, speed }: Control): number => catchUpSpeed ?? speed;

export const placeOf = ({ place }: Control, timeline: Timeline): Place =>
  place ?? { ms: timeline.endMs, seq: timeline.length };

/** The control after `passedMs` of the clock. Past the last event known it waits for more, or comes to the edge. */
export function advance(control: Control, passedMs: number, facts: SessionFacts): Control {
  const { timeline } = facts;
  const { place, playing, skipsIdle } = control;
  if (!playing || place === null) return control;
  const playMs = timeline.playOf(place.ms, skipsIdle) + passedMs * rateOf(control);
  const ms = Math.max(place.ms, timeline.msOfPlay(playMs, skipsIdle));
  const seq = Math.max(place.seq, timeline.seqAt(ms));
  if (seq >= facts.to_seq) return { ...control, ...still, place: null };
  return { ...control, place: { ms, seq } };
}

/** How much of the bar lies before a place, from 0 to 1. What was not read yet has the share that its events have. */
export function partOf(
  place: Place,
  { skipsIdle }: Control,
  { timeline, to_seq: toSeq }: SessionFacts,
): number {
  const read = readShare({ timeline, to_seq: toSeq });
  if (place.seq > timeline.length) return Math.min(1, place.seq / toSeq);
  const end = timeline.playOf(timeline.endMs, skipsIdle);
  if (end === 0) return toSeq === 0 ? 0 : place.seq / toSeq;
  return (read * timeline.playOf(place.ms, skipsIdle)) / end;
}

export const readShare = ({
  timeline,
  to_seq: toSeq,
}: Pick<SessionFacts, "timeline" | "to_seq">): number =>
  toSeq > timeline.length ? timeline.length / toSeq : 1;

export function atPart(wanted: number, { skipsIdle }: Control, facts: SessionFacts): Place {
  const { timeline, to_seq: toSeq } = facts;
  const part = clamp(wanted, 0, 1);
  const read = readShare(facts);
  if (part > read) return atSeq(Math.round(part * toSeq), facts);
  const end = timeline.playOf(timeline.endMs, skipsIdle);
  if (end === 0) return atSeq(Math.max(1, Math.round(part * toSeq)), facts);
  const ms = timeline.msOfPlay((part / read) * end, skipsIdle);
  return part >= 1 ? { ms: timeline.endMs, seq: timeline.length } : atMs(ms, timeline);
}

function to(control: Control, place: Place, facts: SessionFacts): Control {
  // The very end of what is over is the edge; of a session that goes on, too: that is where a viewer means to be.
  if (place.seq >= facts.to_seq && place.ms >= facts.timeline.endMs) {
    return { ...control, ...still, place: null };
  }
  const wasLive = control.place === null && !facts.isOver;
  return { ...control, place, playing: control.playing || wasLive };
}

const atMs = (wanted: number, timeline: Timeline): Place => {
  const ms = clamp(wanted, 0, timeline.endMs);
  return { ms, seq: timeline.seqAt(ms) };
};

const atSeq = (wanted: number, { timeline, to_seq: toSeq }: SessionFacts): Place => {
  const seq = clamp(Math.round(wanted), 0, Math.max(toSeq, timeline.length));
  return { ms: seq === 0 ? 0 : timeline.msOf(seq), seq };
};

/** Going back, one that has only just begun is left for the one before. */
const justBegunMs = 1_500;

function nextChapter(here: Place, by: 1 | -1, chapters: Chapters, timeline: Timeline): Place {
  const index = chapterIndex(chapters, here.seq);
  const current = chapters.get(index);
  const isFresh = current !== undefined && here.ms - current.ms < justBegunMs;
  const chapter = by > 0 ? chapters.get(index + 1) : isFresh ? chapters.get(index - 1) : current;
  if (chapter) return { ms: chapter.ms, seq: chapter.seq };
  return by > 0 ? { ms: timeline.endMs, seq: timeline.length } : atMs(0, timeline);
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, Number.isFinite(value) ? value : low));
