import { emptyStage, type Head } from "@kulti/protocol";
import { expect, test } from "vitest";
import { beganAt, runningMs } from "./running-time.ts";

const now = Date.parse("2026-11-22T12:00:00Z");
const at = (msAgo: number) => new Date(now - msAgo).toISOString();
const head = { started_at: at(90_000), last_event_at: at(2_000), ended_at: null } as Head;
const told = (beganMsAgo: number, lastMsAgo: number) => ({
  ...emptyStage,
  started_at: at(beganMsAgo),
  at: at(lastMsAgo),
});

test("runningMs counts from the agent's own start where its clock agrees with the server's", () => {
  expect(runningMs({ stage: told(120_000, 0), head }, now)).toBe(120_000);
});

test("runningMs counts from the server's start where the agent's clock is hours or years off", () => {
  for (const off of [3_600_000, -3_600_000, 9e10, -9e10]) {
    const stage = told(90_000 + off, 2_000 + off);
    expect(runningMs({ stage, head }, now)).toBe(90_000);
    expect(beganAt({ stage, head })).toBe(now - 90_000);
  }
});

test("runningMs stands still once the session is over, also where it had no event", () => {
  const ended = { ...head, ended_at: at(30_000) };
  expect(runningMs({ stage: told(9e10 + 5_000, 9e10), head: ended }, now)).toBe(5_000);
  expect(runningMs({ stage: emptyStage, head: ended }, now)).toBe(60_000);
});
