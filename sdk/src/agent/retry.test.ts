import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type RetryOptions, withRetry } from "./retry.ts";
import { type Answer, createTransport, type Fetch, type Transport } from "./transport.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const accepts = (body: unknown): body is object => typeof body === "object" && body !== null;
const nothing: Answer<never> = {
  kind: "failed",
  status: 0,
  why: "ECONNREFUSED",
  isTimeout: false,
  waitMs: 0,
};

/** Asks through a transport that gives these answers; tells when each was asked for, in ms. */
function asked(answers: Answer<unknown>[], options: Partial<RetryOptions> = {}) {
  const times: number[] = [];
  const began = Date.now();
  const ask = async () => {
    times.push(Date.now() - began);
    return answers.shift() ?? { kind: "done", status: 200, body: {} };
  };
  const transport = withRetry({ post: ask, get: ask } as Transport, {
    baseMs: 300,
    capMs: 30_000,
    probe: async () => false,
    random: () => 1,
    ...options,
  });
  const done = transport.post("/", "{}", accepts, new AbortController().signal);
  return { times, done };
}

test("an unreachable server is probed every two seconds, and used once it is back", async () => {
  let isUp = false;
  const probes: number[] = [];
  const began = Date.now();
  const { times, done } = asked(Array(12).fill(nothing), {
    random: Math.random,
    baseMs: 30_000,
    probe: async () => {
      probes.push(Date.now() - began);
      return isUp;
    },
  });
  await vi.advanceTimersByTimeAsync(100_000);
  const gaps = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  expect(probes.length).toBeGreaterThan(20);
  const tries = times.length;
  expect(tries).toBeLessThan(20);
  isUp = true;
  await vi.advanceTimersByTimeAsync(3_001);
  expect(times.length).toBeGreaterThan(tries);
  await vi.advanceTimersByTimeAsync(120_000);
  expect((await done).kind).toBe("done");
});

test("a server that answers 503 is asked again within five seconds", async () => {
  const unavailable: Answer<unknown> = {
    kind: "refused",
    status: 503,
    code: "unavailable",
    message: "",
    issues: [],
    waitMs: 0,
  };
  const { times, done } = asked(Array(12).fill(unavailable));
  await vi.advanceTimersByTimeAsync(120_000);
  expect((await done).kind).toBe("done");
  expect(Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBe(5_000);
});

test("a proxy's page is not retried every two seconds, even while Kulti's health answers", async () => {
  const page: Answer<unknown> = { ...nothing, status: 404 } as Answer<unknown>;
  const { times } = asked(Array(40).fill(page), { probe: async () => true });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times.length).toBeGreaterThan(8);
  expect(times.length).toBeLessThan(25);
});

test("Retry-After is obeyed up to five minutes from Kulti, up to half a minute from anything else", async () => {
  const waits: number[] = [];
  const refusal = JSON.stringify({ error: { code: "rate_limited", message: "Later." } });
  const tomorrow = { "retry-after": "86400" };
  const answers = [
    new Response(refusal, { status: 429, headers: tomorrow }),
    new Response("<html>", { status: 503, headers: tomorrow }),
    new Response("{}", { status: 200 }),
  ];
  const fetch: Fetch = async () => answers.shift() as Response;
  const transport = withRetry(createTransport("http://kulti.example", null, fetch), {
    baseMs: 300,
    capMs: 30_000,
    probe: async () => true,
    onRetry: (_failures, _answer, waitMs) => waits.push(waitMs),
  });
  const done = transport.post("/", "{}", accepts, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(331_000);
  expect((await done).kind).toBe("done");
  expect(waits).toEqual([300_000, 30_000]);
});
