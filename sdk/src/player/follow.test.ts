import { expect, test } from "vitest";
import {
  agentTouched,
  fileRenamed,
  followAgain,
  followFromStart,
  shownTarget,
  viewerChose,
  viewerStayed,
} from "./follow.ts";

const file = (filename: string) => ({ kind: "file", filename }) as const;

test("follows what the agent touches", () => {
  const follow = agentTouched(agentTouched(followFromStart, file("a.ts")), file("b.ts"));
  expect(shownTarget(follow)).toEqual(file("b.ts"));
  expect(shownTarget(agentTouched(follow, { kind: "terminal" }))).toEqual({ kind: "terminal" });
});

test("a choice of the viewer stays until they follow again", () => {
  let follow = agentTouched(followFromStart, file("a.ts"));
  follow = agentTouched(viewerChose(follow, file("a.ts")), file("b.ts"));
  expect(follow.following).toBe(false);
  expect(shownTarget(follow)).toEqual(file("a.ts"));
  expect(shownTarget(followAgain(follow))).toEqual(file("b.ts"));
});

test("viewerStayed holds what is shown at that moment, also while the agent is at the terminal", () => {
  for (const latest of [file("a.ts"), { kind: "terminal" } as const]) {
    const follow = viewerStayed(agentTouched(followFromStart, latest), file("a.ts"));
    expect(shownTarget(agentTouched(follow, file("b.ts")))).toEqual(file("a.ts"));
  }
});

test("viewerStayed changes nothing when it is repeated", () => {
  const stayed = viewerStayed(followFromStart, file("a.ts"));
  expect(viewerStayed(stayed, file("b.ts"))).toBe(stayed);
});

test("fileRenamed keeps the chosen file in view under its new name", () => {
  const follow = viewerChose(followFromStart, file("old.ts"));
  expect(shownTarget(fileRenamed(follow, "old.ts", "new.ts"))).toEqual(file("new.ts"));
  expect(fileRenamed(follow, "other.ts", "new.ts")).toBe(follow);
});
