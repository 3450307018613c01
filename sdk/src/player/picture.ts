/** The part of the player's state that is a picture of one moment, and how it changes: by a jump, or by going on. */
import type { StoredEvent } from "@kulti/protocol";
import { type Arrival, arrivalsOf } from "./arrivals.ts";
import {
  agentTouched,
  type Follow,
  fileRenamed,
  followFromStart,
  type WorkTarget,
} from "./follow.ts";
import { emptySnapshot, type OnPassed, type Snapshot } from "./snapshot.ts";
import type { Timeline } from "./timeline.ts";
import { arrive, nothingTyped, type Typing } from "./typing.ts";

export interface Picture extends Snapshot {
  readonly typing: Typing;
  readonly follow: Follow;
  /** `seq` of the last event that was there before the viewer could see it happen. */
  readonly seenFrom: number;
}

export const emptyPicture: Picture = {
  ...emptySnapshot,
  typing: nothingTyped,
  follow: followFromStart,
  seenFrom: 0,
};

/** To another moment at once: everything stands there whole. */
export function jump(picture: Picture, { stage, rows }: Snapshot, timeline: Timeline): Picture {
  const follow = { ...picture.follow, latest: touchedLast({ stage, rows }, timeline) };
  return { stage, rows, typing: nothingTyped, follow, seenFrom: stage.seq };
}

function touchedLast({ stage }: Snapshot, timeline: Timeline): WorkTarget | null {
  for (let seq = stage.seq; seq > 0; seq--) {
    const type = timeline.typeOf(seq);
    if (type === "terminal") return { kind: "terminal" };
    if (type === "code" && stage.active_file !== null) {
      return { kind: "file", filename: stage.active_file };
    }
  }
  return null;
}

/** Gathers what happens between two pictures. */
export interface PassedEvents {
  readonly onPassed: OnPassed;
  readonly arrivals: Arrival[];
  turn(follow: Follow): Follow;
}

export function collectPassed(): PassedEvents {
  const arrivals: Arrival[] = [];
  const work: StoredEvent[] = [];
  return {
    arrivals,
    onPassed(before, after, event) {
      arrivals.push(...arrivalsOf(before.stage, after.stage, event));
      if (event.type === "terminal" || event.type === "code") work.push(event);
    },
    turn: (follow) => work.reduce(followEvent, follow),
  };
}

function followEvent(follow: Follow, event: StoredEvent): Follow {
  if (event.type === "terminal") return agentTouched(follow, { kind: "terminal" });
  if (event.type !== "code") return follow;
  const { filename, old_filename: oldFilename } = event.data;
  const renamed = oldFilename === undefined ? follow : fileRenamed(follow, oldFilename, filename);
  return agentTouched(renamed, { kind: "file", filename });
}

/** `typedAt`: the time, where what came is typed out; null where it was not seen coming. */
export function advancePicture(
  picture: Picture,
  { stage, rows }: Snapshot,
  passed: PassedEvents,
  typedAt: number | null,
): Picture {
  const { arrivals } = passed;
  return {
    stage,
    rows,
    typing: typedAt === null ? picture.typing : arrive(picture.typing, arrivals, typedAt),
    follow: passed.turn(picture.follow),
    seenFrom: typedAt === null ? stage.seq : picture.seenFrom,
  };
}
