import type { Head } from "@kulti/protocol";
import { expect, test } from "vitest";
import { leave_after_ms, stalled_after_ms, summary_of, Wall } from "./tiles.ts";

const now = Date.UTC(2026, 10, 22, 15);
const iso = (ago_ms: number) => new Date(now - ago_ms).toISOString();
const head = (agent_id: string, part: Partial<Head> & { ago_ms?: number } = {}): Head => {
  const { ago_ms = 0, ...rest } = part;
  return {
    session_id: `${agent_id}-1`,
    agent_id,
    status: "working",
    to_seq: 1,
    started_at: iso(3_600_000),
    last_event_at: iso(ago_ms),
    ended_at: null,
    ...rest,
  } as Head;
};
const wall_of = (...heads: Head[]) => {
  const wall = new Wall();
  for (const one of heads) wall.take(one);
  return wall;
};
const shown = (wall: Wall, at = now) =>
  wall.tiles(at).map(({ head, kind }) => `${head.agent_id} ${kind}`);

test("those that wait come first, then the stalled, then errors, then the latest active", () => {
  const wall = wall_of(
    head("calm", { ago_ms: 60_000 }),
    head("busy", { ago_ms: 1_000 }),
    head("failed", { status: "error" }),
    head("stalled", { ago_ms: stalled_after_ms }),
    head("longer", { ago_ms: 2 * stalled_after_ms, status: "thinking" }),
    head("asks", { status: "waiting", ago_ms: 500 }),
    head("asked", { status: "waiting", ago_ms: 900_000 }),
  );
  expect(shown(wall)).toEqual([
    "asked waiting",
    "asks waiting",
    "longer stalled",
    "stalled stalled",
    "failed error",
    "busy active",
    "calm active",
  ]);
  expect(summary_of(wall.tiles(now))).toBe(
    "7 on stage, 2 wait for a human, 2 have stalled, 1 with an error",
  );
});

test("a tile keeps its place while its kind is the same, whatever it sends", () => {
  const wall = wall_of(head("a", { ago_ms: 1_000 }), head("b", { ago_ms: 2_000 }));
  expect(shown(wall)).toEqual(["a active", "b active"]);
  wall.take(head("b", { to_seq: 9 }));
  expect(shown(wall)).toEqual(["a active", "b active"]);
  wall.take(head("b", { to_seq: 10, status: "waiting" }));
  expect(shown(wall)).toEqual(["b waiting", "a active"]);
});

test("silence makes an agent stalled by itself, unless it was paused, and at last takes it off", () => {
  const wall = wall_of(head("a"), head("p", { status: "paused" }));
  expect(shown(wall, now + stalled_after_ms)).toEqual(["a stalled", "p active"]);
  expect(shown(wall, now + 1_800_000)).toEqual([]);
});

test("who ends stays last for a minute", () => {
  const ended = head("a", { ended_at: iso(0), status: "done" });
  const wall = wall_of(ended, head("b", { ago_ms: 5_000 }));
  expect(shown(wall)).toEqual(["b active", "a ended"]);
  expect(shown(wall, now + leave_after_ms)).toEqual(["b active"]);
});

test("of several sessions of an agent the one that began last is shown, and an older head of it changes nothing", () => {
  const newer = head("a", { session_id: "a-2", started_at: iso(1_000), to_seq: 5 });
  const wall = wall_of(head("a", { to_seq: 90 }), newer, head("a", { to_seq: 91 }));
  wall.take({ ...newer, to_seq: 4 });
  expect(wall.tiles(now).map(({ head }) => [head.session_id, head.to_seq])).toEqual([["a-2", 5]]);
});

test("an agent whose newest session has ended is shown at its older one that is live", () => {
  const older = head("a", { session_id: "a-1", ago_ms: 5_000 });
  const newer = head("a", { session_id: "a-2", started_at: iso(1_000), to_seq: 5 });
  const ended = { ...newer, to_seq: 6, ended_at: iso(0) };
  const sessions = (wall: Wall) => wall.tiles(now).map(({ head }) => head.session_id);
  expect(sessions(wall_of(older, newer, ended))).toEqual(["a-2"]);
  expect(sessions(wall_of(older, newer, ended, older))).toEqual(["a-1"]);
  expect(sessions(wall_of(older, ended))).toEqual(["a-1"]);
});

test("take_live takes off who is no longer listed, and keeps who ended or came meanwhile", async () => {
  const wall = wall_of(head("gone"), head("listed"), head("ended", { ended_at: iso(0) }));
  await wall.take_live(9, async () => {
    wall.take(head("come"));
    return [head("listed", { to_seq: 2 })];
  });
  const names = () => wall.tiles(now).map(({ head }) => head.agent_id);
  expect(names().sort()).toEqual(["come", "ended", "listed"]);
  await wall.take_live(1, async () => [head("listed", { to_seq: 3 })]);
  expect(names().sort()).toEqual(["come", "ended", "listed"]);
});
