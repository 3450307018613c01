import type { SearchHit, SearchQuery } from "@kulti/protocol";
import { KultiApiError } from "kulti/watch";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSearcher, type SearchState } from "./searcher.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const hit = (seq: number) => ({ session_id: "s", seq, cursor: `c${seq}` }) as SearchHit;

/** A searcher whose requests the test answers. */
function searched() {
  const states: SearchState[] = [];
  const asked: {
    query: SearchQuery;
    signal: AbortSignal;
    answer: PromiseWithResolvers<SearchHit[]>;
  }[] = [];
  const searcher = createSearcher({
    search(query, signal) {
      const answer = Promise.withResolvers<SearchHit[]>();
      asked.push({ query, signal, answer });
      return answer.promise;
    },
    show: (state) => states.push(state),
  });
  const runTimers = () => vi.advanceTimersByTimeAsync(0);
  return { searcher, states, asked, runTimers };
}

test("ask debounces: only the last query is sent", async () => {
  const { searcher, asked } = searched();
  for (const query of ["p", "pa", "par"]) {
    searcher.ask({ query }, 200);
    await vi.advanceTimersByTimeAsync(150);
  }
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(50);
  expect(asked.map(({ query }) => query)).toEqual([{ query: "par" }]);
});

test("an outdated answer changes nothing, and its request is aborted", async () => {
  const { searcher, states, asked, runTimers } = searched();
  searcher.ask({ query: "one" });
  searcher.ask({ query: "two" });
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  asked[1]?.answer.resolve([hit(2)]);
  await runTimers();
  asked[0]?.answer.resolve([hit(1)]);
  await runTimers();
  expect(states.at(-1)).toEqual({
    kind: "found",
    hits: [hit(2)],
    more: "maybe",
    isBeginning: false,
  });
});

test("more continues after the last hit until a page is empty", async () => {
  const { searcher, states, asked, runTimers } = searched();
  searcher.ask({ query: "a", type: "code" });
  asked[0]?.answer.resolve([hit(9), hit(8)]);
  await runTimers();
  searcher.more();
  searcher.more();
  expect(asked.slice(1).map(({ query }) => query)).toEqual([
    { query: "a", type: "code", cursor: "c8" },
  ]);
  asked[1]?.answer.resolve([]);
  await runTimers();
  expect(states.at(-1)).toEqual({
    kind: "found",
    hits: [hit(9), hit(8)],
    more: "none",
    isBeginning: false,
  });
  searcher.more();
  expect(asked).toHaveLength(2);
});

test("a word without hits is searched as a prefix, page by page", async () => {
  const { searcher, states, asked, runTimers } = searched();
  searcher.ask({ query: "parse con", type: "code" });
  asked[0]?.answer.resolve([]);
  await runTimers();
  expect(asked[1]?.query).toEqual({ query: "parse con*", type: "code" });
  asked[1]?.answer.resolve([hit(9)]);
  await runTimers();
  expect(states.at(-1)).toEqual({
    kind: "found",
    hits: [hit(9)],
    more: "maybe",
    isBeginning: true,
  });
  searcher.more();
  expect(asked[2]?.query).toEqual({ query: "parse con*", type: "code", cursor: "c9" });
  asked[2]?.answer.resolve([]);
  await runTimers();
  expect(states.at(-1)).toMatchObject({ more: "none", isBeginning: true });
});

test("a prefix without hits is not announced", async () => {
  const { searcher, states, asked, runTimers } = searched();
  searcher.ask({ query: "con" });
  asked[0]?.answer.resolve([]);
  await runTimers();
  asked[1]?.answer.resolve([]);
  await runTimers();
  expect(states.at(-1)).toEqual({ kind: "found", hits: [], more: "none", isBeginning: false });
});

test("a failed page keeps the earlier ones and can be retried", async () => {
  const { searcher, states, asked, runTimers } = searched();
  searcher.ask({ query: "a" });
  asked[0]?.answer.resolve([hit(9)]);
  await runTimers();
  searcher.more();
  asked[1]?.answer.reject(new KultiApiError(0, "unreachable", "x"));
  await runTimers();
  expect(states.at(-1)).toEqual({
    kind: "found",
    hits: [hit(9)],
    more: "failed",
    isBeginning: false,
  });
  searcher.more();
  expect(asked).toHaveLength(3);
});

test("a failed search is retried automatically, and the failure is shown meanwhile", async () => {
  const { searcher, states, asked, runTimers } = searched();
  searcher.ask({ query: "a" });
  const failures = [
    new KultiApiError(0, "unreachable", "x"),
    new KultiApiError(404, "internal", "something before the server"),
    new TypeError("load failed"),
  ];
  for (const [index, error] of failures.entries()) {
    expect(asked).toHaveLength(index + 1);
    asked[index]?.answer.reject(error);
    await runTimers();
    expect(states.at(-1)).toMatchObject({
      kind: "failed",
      message: expect.stringMatching(/Retrying/),
    });
    await vi.advanceTimersByTimeAsync(6_000);
  }
  expect(states.filter(({ kind }) => kind === "searching")).toHaveLength(1);
  asked[3]?.answer.resolve([hit(9)]);
  await runTimers();
  expect(states.at(-1)).toMatchObject({ kind: "found", hits: [hit(9)] });
  searcher.more();
  asked[4]?.answer.reject(new KultiApiError(502, "internal", "x"));
  await runTimers();
  await vi.advanceTimersByTimeAsync(6_000);
  asked[5]?.answer.resolve([hit(8)]);
  await runTimers();
  expect(states.at(-1)).toMatchObject({ kind: "found", hits: [hit(9), hit(8)] });
});

test("a search that timed out or was refused is not retried automatically", async () => {
  const { searcher, asked, runTimers } = searched();
  for (const error of [
    new KultiApiError(500, "57014", "x"),
    new KultiApiError(422, "invalid_request", "No."),
  ]) {
    searcher.ask({ query: "a" });
    asked.at(-1)?.answer.reject(error);
    await runTimers();
    const { length } = asked;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(length);
  }
});

test("a failure says whether it is final or can be retried", async () => {
  const { searcher, states, asked, runTimers } = searched();
  searcher.ask({ query: "x".repeat(10_000) });
  expect([states.at(-1)?.kind, asked.length]).toEqual(["refused", 0]);
  const cases: [KultiApiError, string, RegExp][] = [
    [new KultiApiError(503, "unavailable", "x"), "failed", /too long/],
    [new KultiApiError(500, "57014", "x"), "failed", /too long/],
    [new KultiApiError(0, "unreachable", "x"), "failed", /can't be reached/],
    [new KultiApiError(500, "internal", "x"), "failed", /could not search/],
    [
      new KultiApiError(422, "invalid_request", "Cannot search: no."),
      "refused",
      /^Cannot search: no.$/,
    ],
  ];
  for (const [error, kind, message] of cases) {
    searcher.ask({ query: "a" });
    asked.at(-1)?.answer.reject(error);
    await runTimers();
    expect(states.at(-1)).toMatchObject({ kind, message: expect.stringMatching(message) });
  }
  searcher.ask({ query: "b" });
  asked.at(-1)?.answer.reject(new KultiApiError(0, "unreachable", "x"));
  await runTimers();
  searcher.retry();
  expect(asked.at(-1)?.query).toEqual({ query: "b" });
  searcher.ask(null);
  expect(states.at(-1)).toEqual({ kind: "idle" });
});

test("hits of a withdrawn session are dropped, also from an answer under way", async () => {
  const { searcher, states, asked, runTimers } = searched();
  const of = (agentId: string, seq: number) => ({ ...hit(seq), agent_id: agentId });
  searcher.ask({ query: "one" });
  asked[0]?.answer.resolve([of("ada", 1), of("bob", 2)]);
  await runTimers();
  searcher.forget("ada");
  expect(states.at(-1)).toMatchObject({ kind: "found", hits: [of("bob", 2)] });
  searcher.ask({ query: "two" });
  searcher.forget("bob");
  asked[1]?.answer.resolve([of("bob", 3)]);
  await runTimers();
  expect(states.at(-1)).toMatchObject({ kind: "searching", hits: [] });
  asked[2]?.answer.resolve([of("cid", 4)]);
  await runTimers();
  expect(states.at(-1)).toMatchObject({ kind: "found", hits: [of("cid", 4)] });
});
