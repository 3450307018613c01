import type { Head } from "@kulti/protocol";
import { expect, test } from "vitest";
import { leaveAfterMs, stalledAfterMs, summaryOf, Wall } from "./tiles.ts";

const now = Date.UTC(2026, 10, 22, 15);
const iso = (agoMs: number) => new Date(now - agoMs).toISOString();
const head = (agentId: string, part: Partial<Head> & { agoMs?: number } = {}): Head => {
  const { agoMs = 0, ...rest } = part;
  return {
    session_id: `${agentId}-1`,
    agent_id: agentId,
    status: "working",
    to_seq: 1,
    started_at: iso(3_600_000),
    last_event_at: iso(agoMs),
    ended_at: null,
    ...rest,
  } as Head;
};
const wallOf = (...heads: Head[]) => {
  const wall = new Wall();
  for (const one of heads) wall.upsert(one);
  return wall;
};
const shown = (wall: Wall, at = now) =>
  wall.tiles(at).map(({ head, kind }) => `${head.agent_id} ${kind}`);

test("tiles are ordered: waiting, stalled, errors, then the latest active", () => {
  const wall = wallOf(
    head("calm", { agoMs: 60_000 }),
    head("busy", { agoMs: 1_000 }),
    head("failed", { status: "error" }),
    head("stalled", { agoMs: stalledAfterMs }),
    head("longer", { agoMs: 2 * stalledAfterMs, status: "thinking" }),
    head("asks", { status: "waiting", agoMs: 500 }),
    head("asked", { status: "waiting", agoMs: 900_000 }),
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
  expect(summaryOf(wall.tiles(now))).toBe(
    "7 on stage, 2 wait for a human, 2 have stalled, 1 with an error",
  );
});

test("a tile keeps its place while its kind is the same, whatever it sends", () => {
  const wall = wallOf(head("a", { agoMs: 1_000 }), head("b", { agoMs: 2_000 }));
  expect(shown(wall)).toEqual(["a active", "b active"]);
  wall.upsert(head("b", { to_seq: 9 }));
  expect(shown(wall)).toEqual(["a active", "b active"]);
  wall.upsert(head("b", { to_seq: 10, status: "waiting" }));
  expect(shown(wall)).toEqual(["b waiting", "a active"]);
});

test("a silent agent becomes stalled unless paused, and is removed at last", () => {
  const wall = wallOf(head("a"), head("p", { status: "paused" }));
  expect(shown(wall, now + stalledAfterMs)).toEqual(["a stalled", "p active"]);
  expect(shown(wall, now + 1_800_000)).toEqual([]);
});

test("an ended agent stays last for a minute", () => {
  const ended = head("a", { ended_at: iso(0), status: "done" });
  const wall = wallOf(ended, head("b", { agoMs: 5_000 }));
  expect(shown(wall)).toEqual(["b active", "a ended"]);
  expect(shown(wall, now + leaveAfterMs)).toEqual(["b active"]);
});

test("the wall shows an agent's newest session, and ignores its older heads", () => {
  const newer = head("a", { session_id: "a-2", started_at: iso(1_000), to_seq: 5 });
  const wall = wallOf(head("a", { to_seq: 90 }), newer, head("a", { to_seq: 91 }));
  wall.upsert({ ...newer, to_seq: 4 });
  expect(wall.tiles(now).map(({ head }) => [head.session_id, head.to_seq])).toEqual([["a-2", 5]]);
});

test("an agent whose newest session has ended is shown with its older live one", () => {
  const older = head("a", { session_id: "a-1", agoMs: 5_000 });
  const newer = head("a", { session_id: "a-2", started_at: iso(1_000), to_seq: 5 });
  const ended = { ...newer, to_seq: 6, ended_at: iso(0) };
  const sessions = (wall: Wall) => wall.tiles(now).map(({ head }) => head.session_id);
  expect(sessions(wallOf(older, newer, ended))).toEqual(["a-2"]);
  expect(sessions(wallOf(older, newer, ended, older))).toEqual(["a-1"]);
  expect(sessions(wallOf(older, ended))).toEqual(["a-1"]);
});

test("loadLive removes agents that are no longer listed, and keeps those that ended or came meanwhile", async () => {
  const wall = wallOf(head("gone"), head("listed"), head("ended", { ended_at: iso(0) }));
  await wall.loadLive(9, async () => {
    wall.upsert(head("come"));
    return [head("listed", { to_seq: 2 })];
  });
  const names = () => wall.tiles(now).map(({ head }) => head.agent_id);
  expect(names().sort()).toEqual(["come", "ended", "listed"]);
  await wall.loadLive(1, async () => [head("listed", { to_seq: 3 })]);
  expect(names().sort()).toEqual(["come", "ended", "listed"]);
});
