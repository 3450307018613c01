import type { Head } from "@kulti/protocol";
import { expect, test } from "vitest";
import { type Find, Heads } from "./heads.ts";

const head = (sessionId: string, beganMin: number, toSeq = 1): Head =>
  ({
    session_id: sessionId,
    to_seq: toSeq,
    started_at: new Date(Date.UTC(2026, 10, 22, 10, beganMin)).toISOString(),
  }) as Head;
const ids = (heads: Heads) => heads.newestFirst().map(({ session_id: sessionId }) => sessionId);

test("upsert keeps the newest head of each session", () => {
  const heads = new Heads();
  heads.upsert([head("a", 1, 5), head("b", 2)]);
  heads.upsert([head("a", 1, 4)]);
  expect(
    heads.newestFirst().map(({ session_id: sessionId, to_seq: toSeq }) => [sessionId, toSeq]),
  ).toEqual([
    ["b", 1],
    ["a", 5],
  ]);
});

test("loadNewest drops sessions missing from the listing, and keeps those older than it", async () => {
  const heads = new Heads();
  heads.upsert([head("old", 1), head("hidden", 3), head("listed", 2)]);
  const asked: number[] = [];
  await heads.loadNewest(2, async ({ max_rows: maxRows }) => {
    asked.push(maxRows);
    return [head("newer", 5), head("new", 4), head("listed", 2)];
  });
  expect(ids(heads)).toEqual(["newer", "new", "listed", "old"]);
  // Keeps all shown rows up to date, not only the first page.
  expect(asked).toEqual([3]);
  await heads.loadNewest(2, async () => [head("new", 4), head("listed", 2)]);
  expect(ids(heads)).toEqual(["new", "listed"]);
});

test("loadNewest starts over when the listing does not reach the known sessions", async () => {
  const heads = new Heads();
  heads.upsert([head("said", 1)]);
  const listing = (...found: Head[]) => heads.loadNewest(2, async () => found);
  expect(await listing(head("said", 1), head("a", 0))).toBe(true);
  expect(await listing(head("b", 2), head("said", 1))).toBe(false);
  expect(ids(heads)).toEqual(["b", "said", "a"]);
  expect(await listing(head("z", 9), head("y", 8), head("x", 7))).toBe(true);
  expect(ids(heads)).toEqual(["z", "y", "x"]);
  expect(await listing(head("z", 9))).toBe(false);
});

test("loadOlder continues after the listings, regardless of older broadcast sessions", async () => {
  const heads = new Heads();
  const all = [head("c", 3), head("b", 2), head("a", 1), head("live", 0)];
  const find: Find = async ({ max_rows: maxRows, before }) =>
    all.filter(({ started_at: startedAt }) => !before || startedAt < before).slice(0, maxRows);
  heads.upsert([head("live", 0)]);
  expect(await heads.loadNewest(1, find)).toBe(true);
  expect(ids(heads)).toEqual(["c", "live"]);
  expect(await heads.loadOlder(2, find)).toBe(true);
  expect(ids(heads)).toEqual(["c", "b", "a", "live"]);
  expect(await heads.loadOlder(2, find)).toBe(false);
});

test("loadNewest keeps broadcasts that arrived while the listing was loading", async () => {
  const heads = new Heads();
  heads.upsert([head("known", 1)]);
  await heads.loadNewest(9, async () => {
    heads.upsert([head("begun", 2), head("known", 1, 2)]);
    return [];
  });
  expect(ids(heads)).toEqual(["begun", "known"]);
});

test("loadNewest changes nothing when the request fails", async () => {
  const heads = new Heads();
  heads.upsert([head("a", 1)]);
  const refused = () => Promise.reject(new Error("No."));
  await expect(heads.loadNewest(9, refused)).rejects.toThrow("No.");
  expect(ids(heads)).toEqual(["a"]);
});
