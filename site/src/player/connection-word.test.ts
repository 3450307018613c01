import { emptyStage, type Head, limits } from "@kulti/protocol";
import { expect, test } from "vitest";
import { connectionWord } from "./connection-word.ts";

const now = Date.parse("2026-11-22T12:00:00Z");
const at = (msAgo: number) => new Date(now - msAgo).toISOString();
const stage = { ...emptyStage, status: "working" as const, at: at(1_000) };
const head = { ended_at: null, last_event_at: at(1_000) } as Head;

test("says live only when everything is shown and the session goes on", () => {
  expect(connectionWord({ connection: "live", stage, head }, now)).toBe("live");
  expect(connectionWord({ connection: "catching_up", stage, head }, now)).toBe("catching up");
  expect(connectionWord({ connection: "reconnecting", stage, head }, now)).toBe("reconnecting");
});

test("says ended after an ending status, a head that ended, or a long silence", () => {
  const done = { ...stage, status: "done" as const };
  expect(connectionWord({ connection: "live", stage: done, head }, now)).toBe("ended");
  const ended = { ...head, ended_at: at(10) };
  expect(connectionWord({ connection: "live", stage, head: ended }, now)).toBe("ended");
  const old = at(limits.session_idle_ms);
  const silent = { stage: { ...stage, at: old }, head: { ...head, last_event_at: old } };
  expect(connectionWord({ connection: "live", ...silent }, now)).toBe("ended");
});

test("the agent's clock says nothing about the end: years ahead or behind, live is live and over is over", () => {
  for (const off of [-9e10, 9e10]) {
    const skewed = { ...stage, at: at(off) };
    expect(connectionWord({ connection: "live", stage: skewed, head }, now)).toBe("live");
    const silent = { ...head, last_event_at: at(limits.session_idle_ms) };
    expect(connectionWord({ connection: "live", stage: skewed, head: silent }, now)).toBe("ended");
  }
});

test("says ended of what was deleted or made private, though its channel can't be joined again", () => {
  const seen = { connection: "reconnecting", stage, head, isGone: true } as const;
  expect(connectionWord(seen, now)).toBe("ended");
  expect(connectionWord({ ...seen, isPast: true }, now)).toBe("replay");
});

test("does not say ended while the end may not have been read yet", () => {
  const ended = { ...head, ended_at: at(10) };
  expect(connectionWord({ connection: "catching_up", stage, head: ended }, now)).toBe(
    "catching up",
  );
});
