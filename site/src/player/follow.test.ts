import { expect, test } from "vitest";
import {
  agent_touched,
  file_renamed,
  follow_again,
  follow_from_start,
  shown_target,
  viewer_chose,
  viewer_stayed,
} from "./follow.ts";

const file = (filename: string) => ({ kind: "file", filename }) as const;

test("follows what the agent touches", () => {
  const follow = agent_touched(agent_touched(follow_from_start, file("a.ts")), file("b.ts"));
  expect(shown_target(follow)).toEqual(file("b.ts"));
  expect(shown_target(agent_touched(follow, { kind: "terminal" }))).toEqual({ kind: "terminal" });
});

test("a choice of the viewer stays until they follow again", () => {
  let follow = agent_touched(follow_from_start, file("a.ts"));
  follow = agent_touched(viewer_chose(follow, file("a.ts")), file("b.ts"));
  expect(follow.following).toBe(false);
  expect(shown_target(follow)).toEqual(file("a.ts"));
  expect(shown_target(follow_again(follow))).toEqual(file("b.ts"));
});

test("viewer_stayed holds what is shown at that moment, also while the agent is at the terminal", () => {
  for (const latest of [file("a.ts"), { kind: "terminal" } as const]) {
    const follow = viewer_stayed(agent_touched(follow_from_start, latest), file("a.ts"));
    expect(shown_target(agent_touched(follow, file("b.ts")))).toEqual(file("a.ts"));
  }
});

test("viewer_stayed changes nothing when it is repeated", () => {
  const stayed = viewer_stayed(follow_from_start, file("a.ts"));
  expect(viewer_stayed(stayed, file("b.ts"))).toBe(stayed);
});

test("file_renamed keeps the chosen file in view under its new name", () => {
  const follow = viewer_chose(follow_from_start, file("old.ts"));
  expect(shown_target(file_renamed(follow, "old.ts", "new.ts"))).toEqual(file("new.ts"));
  expect(file_renamed(follow, "other.ts", "new.ts")).toBe(follow);
});
