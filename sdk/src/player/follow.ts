/** The Work pane's content: the agent's latest work, or the viewer's choice until they follow again. */
export type WorkTarget = { kind: "file"; filename: string } | { kind: "terminal" };

export interface Follow {
  readonly following: boolean;
  /** The file or terminal that the agent touched last. */
  readonly latest: WorkTarget | null;
  /** The viewer's choice. */
  readonly chosen: WorkTarget | null;
}

export const followFromStart: Follow = { following: true, latest: null, chosen: null };

export const shownTarget = (follow: Follow): WorkTarget | null =>
  follow.following ? follow.latest : (follow.chosen ?? follow.latest);

export function agentTouched(follow: Follow, target: WorkTarget): Follow {
  return sameTarget(follow.latest, target) ? follow : { ...follow, latest: target };
}

/** The viewer's choice stays on a renamed file. */
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

/** Stays on `shown` after a click or a scroll in it. Beside a separate terminal, `shown` is a file. */
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
