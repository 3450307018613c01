/** A viewer's view of one place in a session: its snapshot, the typed part of its text, the Work pane's target. */
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
  /** `seq` of the last event from before the viewer came to this place. */
  readonly seenFrom: number;
}

export const emptyPicture: Picture = {
  ...emptySnapshot,
  typing: nothingTyped,
  follow: followFromStart,
  seenFrom: 0,
};

/** Goes to another place and shows all its text at once, without typing. */
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

/** `typedAt` is the current time if new text should be typed out, else null. */
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
