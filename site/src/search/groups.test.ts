import type { SearchHit } from "@kulti/protocol";
import { expect, test } from "vitest";
import { groupHits } from "./groups.ts";

/** `a1 b2`: event 1 of session a, event 2 of session b. */
const grouped = (text: string, pageRows: number) =>
  groupHits(
    text.split(" ").map((one) => ({ session_id: one[0], seq: Number(one.slice(1)) }) as SearchHit),
    pageRows,
  ).map(({ hits }) => hits.map(({ session_id: sessionId, seq }) => `${sessionId}${seq}`).join(" "));

test("hits are grouped by session, best first", () => {
  expect(grouped("b2 a1 b7 a9 c1", 5)).toEqual(["b2 b7", "a1 a9", "c1"]);
});

test("the next page appends below, and adds to the last group alone", () => {
  expect(grouped("a1 b2 b3 a4 b5", 2)).toEqual(["a1", "b2 b3", "a4", "b5"]);
  expect(grouped("a1 b2 a3", 2)).toEqual(["a1", "b2", "a3"]);
});

test("keys are unique, and do not change when more hits arrive", () => {
  const hits = ["a", "b", "a", "b", "a"].map(
    (sessionId, seq) => ({ session_id: sessionId, seq }) as SearchHit,
  );
  const keys = groupHits(hits, 2).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(groupHits(hits.slice(0, 4), 2).map(({ key }) => key)).toEqual(keys.slice(0, 4));
});
