/** What the Work pane shows: what the agent does, until the viewer chooses something, until they follow again. */
export type WorkTarget = { kind: "file"; filename: string } | { kind: "terminal" };

export interface Follow {
  readonly following: boolean;
  /** What the agent touched last. */
  readonly latest: WorkTarget | null;
  /** What the viewer chose. */
  readonly chosen: WorkTarget | null;
}

export const follow_from_start: Follow = { following: true, latest: null, chosen: null };

export const shown_target = (follow: Follow): WorkTarget | null =>
  follow.following ? follow.latest : (follow.chosen ?? follow.latest);

export function agent_touched(follow: Follow, target: WorkTarget): Follow {
  return same_target(follow.latest, target) ? follow : { ...follow, latest: target };
}

/** A renamed file stays the one that is shown. */
export function file_renamed(follow: Follow, from: string, to: string): Follow {
  const { chosen } = follow;
  return chosen?.kind === "file" && chosen.filename === from
    ? { ...follow, chosen: { kind: "file", filename: to } }
    : follow;
}

export const viewer_chose = (follow: Follow, target: WorkTarget): Follow => ({
  ...follow,
  following: false,
  chosen: target,
});

/** A click into what is shown, a scroll: stay here. Where the terminal has a place of its own, a file is shown meanwhile. */
export const viewer_stayed = (follow: Follow, shown: WorkTarget): Follow =>
  follow.following ? viewer_chose(follow, shown) : follow;

export const follow_again = (follow: Follow): Follow => ({
  ...follow,
  following: true,
  chosen: null,
});

export function same_target(one: WorkTarget | null, other: WorkTarget | null): boolean {
  if (one?.kind === "file" && other?.kind === "file") return one.filename === other.filename;
  return one?.kind === other?.kind;
}
