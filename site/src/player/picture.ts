/** The part of the player's state that is a picture of one moment, and how it changes: by a jump, or by going on. */
import type { StoredEvent } from "@kulti/protocol";
import { type Arrival, arrivals_of } from "./arrivals.ts";
import {
  agent_touched,
  type Follow,
  file_renamed,
  follow_from_start,
  type WorkTarget,
} from "./follow.ts";
import { before_all, type Moment, type OnPassed } from "./moment.ts";
import type { Timeline } from "./timeline.ts";
import { arrive, nothing_typed, type Typing } from "./typing.ts";

export interface Picture extends Moment {
  readonly typing: Typing;
  readonly follow: Follow;
  /** `seq` of the last event that was there before the viewer could see it happen. */
  readonly seen_from: number;
}

export const empty_picture: Picture = {
  ...before_all,
  typing: nothing_typed,
  follow: follow_from_start,
  seen_from: 0,
};

/** To another moment at once: everything stands there whole. */
export function jump(picture: Picture, { stage, rows }: Moment, timeline: Timeline): Picture {
  const follow = { ...picture.follow, latest: touched_last({ stage, rows }, timeline) };
  return { stage, rows, typing: nothing_typed, follow, seen_from: stage.seq };
}

function touched_last({ stage }: Moment, timeline: Timeline): WorkTarget | null {
  for (let seq = stage.seq; seq > 0; seq--) {
    const type = timeline.type_of(seq);
    if (type === "terminal") return { kind: "terminal" };
    if (type === "code" && stage.active_file !== null) {
      return { kind: "file", filename: stage.active_file };
    }
  }
  return null;
}

/** Gathers what happens between two pictures. */
export interface Passage {
  readonly on_passed: OnPassed;
  readonly arrivals: Arrival[];
  turn(follow: Follow): Follow;
}

export function begin_passage(): Passage {
  const arrivals: Arrival[] = [];
  const work: StoredEvent[] = [];
  return {
    arrivals,
    on_passed(before, after, event) {
      arrivals.push(...arrivals_of(before.stage, after.stage, event));
      if (event.type === "terminal" || event.type === "code") work.push(event);
    },
    turn: (follow) => work.reduce(follow_event, follow),
  };
}

function follow_event(follow: Follow, event: StoredEvent): Follow {
  if (event.type === "terminal") return agent_touched(follow, { kind: "terminal" });
  if (event.type !== "code") return follow;
  const { filename, old_filename } = event.data;
  const renamed =
    old_filename === undefined ? follow : file_renamed(follow, old_filename, filename);
  return agent_touched(renamed, { kind: "file", filename });
}

/** `typed_at`: the time, where what came is typed out; null where it was not seen coming. */
export function go_on(
  picture: Picture,
  { stage, rows }: Moment,
  passage: Passage,
  typed_at: number | null,
): Picture {
  const { arrivals } = passage;
  return {
    stage,
    rows,
    typing: typed_at === null ? picture.typing : arrive(picture.typing, arrivals, typed_at),
    follow: passage.turn(picture.follow),
    seen_from: typed_at === null ? stage.seq : picture.seen_from,
  };
}
