/**
 * The viewer's choice: the live edge or a place in the past, playing or paused. Commands change it in order and without
 * waiting. The player then brings the picture there. Pure.
 */
import { type Chapters, chapterIndex } from "./chapters.ts";
import type { Timeline } from "./timeline.ts";

export interface Control {
  /** Null means the live edge as it advances. */
  readonly place: Place | null;
  /** True if the place advances with the clock. False at the live edge, which advances with the events. */
  readonly playing: boolean;
  readonly speed: number;
  /** True if playback shortens idle stretches. */
  readonly skipsIdle: boolean;
  /** The speed of playing up to the live edge; null in other cases. */
  readonly catchUpSpeed: number | null;
}

export interface Place {
  /** Session time. */
  readonly ms: number;
  /** The last event shown. It may not be read yet. */
  readonly seq: number;
}

export type Command =
  | { kind: "play" }
  | { kind: "pause" }
  | { kind: "toggle" }
  | { kind: "restart" }
  /** Goes to a session time. */
  | { kind: "seek"; ms: number }
  /** Moves by play time if idle stretches are shortened, else by session time. */
  | { kind: "skip"; playMs: number }
  /** Goes to a part of the session, from 0 to 1. */
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

/** The facts about a session that commands depend on. */
export interface SessionFacts {
  timeline: Timeline;
  chapters: Chapters;
  /** True if the session has ended. Then its edge is fixed, and playing there starts from the beginning. */
  isOver: boolean;
  /** The number of events known to exist. The timeline has fewer while the player still reads them. */
  to_seq: number;
}

export const speeds = [0.5, 1, 2, 4, 8, 16] as const;
const fastest = 16;
const catchUpSpeed = 2;

const withSpeed = (control: Control, speed: number): Control => ({
  ...control,
  speed: clamp(speed, speeds[0], fastest),
  catchUpSpeed: null,
});

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
      return withSpeed(control, command.speed);
    case "faster":
      return withSpeed(control, speeds.find((one) => one > rateOf(control)) ?? fastest);
    case "slower":
      return withSpeed(control, speeds.findLast((one) => one < rateOf(control)) ?? speeds[0]);
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

/** True if the picture advances without a command. */
export const isMoving = ({ place, playing }: Control, { isOver }: Pick<SessionFacts, "isOver">) =>
  place === null ? !isOver : playing;

export const rateOf = ({ catchUpSpeed, speed }: Control): number => catchUpSpeed ?? speed;

export const placeOf = ({ place }: Control, timeline: Timeline): Place =>
  place ?? { ms: timeline.endMs, seq: timeline.length };

/** The control after `passedMs` of the clock. After the last event that exists it is at the live edge. */
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

/** The share of the bar before a place, from 0 to 1. Unread events take a share by their number. */
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
  // The very end is the live edge, in ended and in open sessions: a viewer who goes there wants the edge.
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

/** Going back within this time of a chapter's start goes to the chapter before. */
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
