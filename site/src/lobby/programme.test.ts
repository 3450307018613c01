import type { Head } from "@kulti/protocol";
import { expect, test } from "vitest";
import { type Order, programmeOf } from "./programme.ts";

const now = new Date(2026, 10, 22, 15, 0).getTime();
const head = (sessionId: string, part: Partial<Head> & { agoMs: number }): Head => {
  const at = new Date(now - part.agoMs).toISOString();
  const base = {
    session_id: sessionId,
    agent_id: sessionId,
    agent_name: "Ada",
    task: null,
    goal: null,
  };
  return {
    ...base,
    latest: null,
    ended_at: null,
    listed: true,
    started_at: at,
    last_event_at: at,
    ...part,
  } as Head;
};
const ids = (heads: readonly Head[]) => heads.map((one) => one.session_id);

test("programmeOf puts live sessions first and the others under their day", () => {
  const ended = (agoMs: number) => ({ agoMs, ended_at: new Date(now - agoMs).toISOString() });
  const programme = programmeOf(
    [
      head("yesterday", ended(86_400_000)),
      head("live", { agoMs: 60_000 }),
      head("earlier", ended(7_200_000)),
      head("silent", { agoMs: 3_600_000 }),
    ],
    "",
    now,
  );
  expect(ids(programme.live)).toEqual(["live"]);
  expect(programme.days.map(({ day, heads }) => [day, ids(heads)])).toEqual([
    ["Today", ["silent", "earlier"]],
    ["Yesterday", ["yesterday"]],
  ]);
});

test("invariant 10: an agent has one row on stage, the session that began last, whichever sends", () => {
  const many = Array.from({ length: 20 }, (_, n) =>
    head(`eve-${n}`, { agent_id: "eve", agoMs: 1_000 + n }),
  );
  const olderSends = head("eve-9", {
    agent_id: "eve",
    agoMs: 1_009,
    last_event_at: new Date(now).toISOString(),
  });
  const heads = [...many, olderSends, head("honest", { agent_id: "ada", agoMs: 60_000 })];
  expect(ids(programmeOf(heads, "", now).live)).toEqual(["eve-0", "honest"]);
  expect(programmeOf(heads, "", now, "newest").days.map(({ heads }) => ids(heads))).toEqual([
    ["eve-0", "honest"],
  ]);
  // After that one has ended, the previous one is shown.
  const [newest, ...others] = many;
  const ended = { ...(newest as Head), ended_at: new Date(now).toISOString() };
  expect(ids(programmeOf([ended, ...others], "", now).live)).toEqual(["eve-1"]);
});

test("programmeOf shows ended sessions only if they are listed", () => {
  const endedAt = new Date(now - 1_000).toISOString();
  const heads = [
    head("listed", { agoMs: 2_000, ended_at: endedAt }),
    head("21st of its day", { agoMs: 1_000, ended_at: endedAt, listed: false }),
    head("live", { agoMs: 1_000, listed: false }),
  ];
  const programme = programmeOf(heads, "", now);
  expect([...ids(programme.live), ...programme.days.flatMap(({ heads }) => ids(heads))]).toEqual([
    "live",
    "listed",
  ]);
});

test("programmeOf keeps sessions that match every word of the filter", () => {
  const heads = [
    head("a", { agoMs: 1, agent_name: "Ada", task: { title: "Fix the parser" } }),
    head("b", { agoMs: 2, agent_id: "bob", agent_name: "Bob", task: { title: "Write a parser" } }),
  ];
  expect(ids(programmeOf(heads, "PARSER ada", now).live)).toEqual(["a"]);
  expect(ids(programmeOf(heads, "  ", now).live)).toEqual(["a", "b"]);
});

test("programmeOf sorts by viewers, by start and by name as one list", () => {
  const heads = [
    head("new", { agoMs: 1, agent_name: "Bob 10", viewers: 0 }),
    head("old", { agoMs: 3, agent_name: "ada", viewers: 2 }),
    head("seen", { agoMs: 2, agent_name: "Bob 9", viewers: 7 }),
  ];
  const sorted = (order: Order) => {
    const { live, days } = programmeOf(heads, "", now, order);
    expect(live).toEqual([]);
    return days.map(({ day, heads }) => [day, ids(heads)]);
  };
  expect(sorted("viewers")).toEqual([["Most watched first", ["seen", "old", "new"]]]);
  expect(sorted("newest")).toEqual([["Newest first", ["new", "seen", "old"]]]);
  expect(sorted("name")).toEqual([["By name", ["old", "seen", "new"]]]);
  expect(programmeOf([], "", now, "name").days).toEqual([]);
});
