/** What a viewer sees of one place in a session: its snapshot, how much of it is typed, what the Work pane shows. */
import type { StoredEvent } from "@kulti/protocol";
import {
  agentTouched,
  type Follow,
  fileRenamed,
  followFromStart,
  type WorkTarget,
} from "./follow.ts";
import type { Passed } from "./passed.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";
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

/** To another place at once: everything stands there whole. */
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
  { arrivals, work }: Passed,
  typedAt: number | null,
): Picture {
  return {
    stage,
    rows,
    typing: typedAt === null ? picture.typing : arrive(picture.typing, arrivals, typedAt),
    follow: work.reduce(followEvent, picture.follow),
    seenFrom: typedAt === null ? stage.seq : picture.seenFrom,
  };
}
