/** What the Work pane shows: what the agent does, until the viewer chooses something, until they follow again. */
export type WorkTarget = { kind: "file"; filename: string } | { kind: "terminal" };

export interface Follow {
  readonly following: boolean;
  /** What the agent touched last. */
  readonly latest: WorkTarget | null;
  /** What the viewer chose. */
  readonly chosen: WorkTarget | null;
}

export const followFromStart: Follow = { following: true, latest: null, chosen: null };

export const shownTarget = (follow: Follow): WorkTarget | null =>
  follow.following ? follow.latest : (follow.chosen ?? follow.latest);

export function agentTouched(follow: Follow, target: WorkTarget): Follow {
  return sameTarget(follow.latest, target) ? follow : { ...follow, latest: target };
}

/** A renamed file stays the one that is shown. */
export function fileRenamed(follow: Follow, from: string, to: string): Follow {
  const { chosen } = follow;
  return chosen?.kind === "file" && chosen.filename === from
    ? { ...follow, chosen: { kind: "file", filename: to } }
    : follow;
}

export const viewerChose = (follow: Follow, target: WorkTarget): Follow => ({
  ...follow,
  following: false,
  chosen: target,
});

/** A click into what is shown, a scroll: stay here. Where the terminal has a place of its own, a file is shown meanwhile. */
export const viewerStayed = (follow: Follow, shown: WorkTarget): Follow =>
  follow.following ? viewerChose(follow, shown) : follow;

export const followAgain = (follow: Follow): Follow => ({
  ...follow,
  following: true,
  chosen: null,
});

export function sameTarget(one: WorkTarget | null, other: WorkTarget | null): boolean {
  if (one?.kind === "file" && other?.kind === "file") return one.filename === other.filename;
  return one?.kind === other?.kind;
}
