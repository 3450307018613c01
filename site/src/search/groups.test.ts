import type { SearchHit } from "@kulti/protocol";
import { expect, test } from "vitest";
import { group_hits } from "./groups.ts";

/** `a1 b2`: event 1 of session a, event 2 of session b. */
const grouped = (text: string, page_rows: number) =>
  group_hits(
    text.split(" ").map((one) => ({ session_id: one[0], seq: Number(one.slice(1)) }) as SearchHit),
    page_rows,
  ).map(({ hits }) => hits.map(({ session_id, seq }) => `${session_id}${seq}`).join(" "));

test("the hits of a page stand under their sessions, best first", () => {
  expect(grouped("b2 a1 b7 a9 c1", 5)).toEqual(["b2 b7", "a1 a9", "c1"]);
});

test("the next page goes on below: it adds to the last session alone", () => {
  expect(grouped("a1 b2 b3 a4 b5", 2)).toEqual(["a1", "b2 b3", "a4", "b5"]);
  expect(grouped("a1 b2 a3", 2)).toEqual(["a1", "b2", "a3"]);
});

test("keys are unique, and stay when more is found", () => {
  const hits = ["a", "b", "a", "b", "a"].map(
    (session_id, seq) => ({ session_id, seq }) as SearchHit,
  );
  const keys = group_hits(hits, 2).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(group_hits(hits.slice(0, 4), 2).map(({ key }) => key)).toEqual(keys.slice(0, 4));
});
