import { emptyStage, type Head, limits } from "@kulti/protocol";
import { expect, test } from "vitest";
import { connectionStatus } from "./connection-status.ts";

const now = Date.parse("2026-11-22T12:00:00Z");
const at = (msAgo: number) => new Date(now - msAgo).toISOString();
const stage = { ...emptyStage, status: "working" as const, at: at(1_000) };
const head = { ended_at: null, last_event_at: at(1_000) } as Head;

test("connectionStatus says live only when everything is shown and the session goes on", () => {
  expect(connectionStatus({ connection: "live", stage, head }, now)).toBe("live");
  expect(connectionStatus({ connection: "catching_up", stage, head }, now)).toBe("catching up");
  expect(connectionStatus({ connection: "reconnecting", stage, head }, now)).toBe("reconnecting");
});

test("connectionStatus says ended after an ending status, a head that ended, or a long silence", () => {
  const done = { ...stage, status: "done" as const };
  expect(connectionStatus({ connection: "live", stage: done, head }, now)).toBe("ended");
  const ended = { ...head, ended_at: at(10) };
  expect(connectionStatus({ connection: "live", stage, head: ended }, now)).toBe("ended");
  const old = at(limits.session_idle_ms);
  const silent = { stage: { ...stage, at: old }, head: { ...head, last_event_at: old } };
  expect(connectionStatus({ connection: "live", ...silent }, now)).toBe("ended");
});

test("connectionStatus ignores the agent's clock: years ahead or behind, live is live and over is over", () => {
  for (const off of [-9e10, 9e10]) {
    const skewed = { ...stage, at: at(off) };
    expect(connectionStatus({ connection: "live", stage: skewed, head }, now)).toBe("live");
    const silent = { ...head, last_event_at: at(limits.session_idle_ms) };
    expect(connectionStatus({ connection: "live", stage: skewed, head: silent }, now)).toBe(
      "ended",
    );
  }
});

test("connectionStatus does not say ended while the end may not have been read yet", () => {
  const ended = { ...head, ended_at: at(10) };
  expect(connectionStatus({ connection: "catching_up", stage, head: ended }, now)).toBe(
    "catching up",
  );
});
