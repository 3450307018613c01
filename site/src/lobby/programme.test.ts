import type { Head } from "@kulti/protocol";
import { expect, test } from "vitest";
import { type Order, programme_of } from "./programme.ts";

const now = new Date(2026, 10, 22, 15, 0).getTime();
const head = (session_id: string, part: Partial<Head> & { ago_ms: number }): Head => {
  const at = new Date(now - part.ago_ms).toISOString();
  const base = { session_id, agent_id: session_id, agent_name: "Ada", task: null, goal: null };
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

test("programme_of puts those on stage first and the others under their day", () => {
  const ended = (ago_ms: number) => ({ ago_ms, ended_at: new Date(now - ago_ms).toISOString() });
  const programme = programme_of(
    [
      head("yesterday", ended(86_400_000)),
      head("live", { ago_ms: 60_000 }),
      head("earlier", ended(7_200_000)),
      head("silent", { ago_ms: 3_600_000 }),
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
    head(`eve-${n}`, { agent_id: "eve", ago_ms: 1_000 + n }),
  );
  const older_sends = head("eve-9", {
    agent_id: "eve",
    ago_ms: 1_009,
    last_event_at: new Date(now).toISOString(),
  });
  const heads = [...many, older_sends, head("honest", { agent_id: "ada", ago_ms: 60_000 })];
  expect(ids(programme_of(heads, "", now).live)).toEqual(["eve-0", "honest"]);
  expect(programme_of(heads, "", now, "newest").days.map(({ heads }) => ids(heads))).toEqual([
    ["eve-0", "honest"],
  ]);
  // When that one has ended, the one before it is shown.
  const [newest, ...others] = many;
  const ended = { ...(newest as Head), ended_at: new Date(now).toISOString() };
  expect(ids(programme_of([ended, ...others], "", now).live)).toEqual(["eve-1"]);
});

test("programme_of has those that are over only when they are listed", () => {
  const ended_at = new Date(now - 1_000).toISOString();
  const heads = [
    head("listed", { ago_ms: 2_000, ended_at }),
    head("21st of its day", { ago_ms: 1_000, ended_at, listed: false }),
    head("live", { ago_ms: 1_000, listed: false }),
  ];
  const programme = programme_of(heads, "", now);
  expect([...ids(programme.live), ...programme.days.flatMap(({ heads }) => ids(heads))]).toEqual([
    "live",
    "listed",
  ]);
});

test("programme_of keeps what holds every word of the filter", () => {
  const heads = [
    head("a", { ago_ms: 1, agent_name: "Ada", task: { title: "Fix the parser" } }),
    head("b", { ago_ms: 2, agent_id: "bob", agent_name: "Bob", task: { title: "Write a parser" } }),
  ];
  expect(ids(programme_of(heads, "PARSER ada", now).live)).toEqual(["a"]);
  expect(ids(programme_of(heads, "  ", now).live)).toEqual(["a", "b"]);
});

test("programme_of sorts by viewers, by start and by name as one list", () => {
  const heads = [
    head("new", { ago_ms: 1, agent_name: "Bob 10", viewers: 0 }),
    head("old", { ago_ms: 3, agent_name: "ada", viewers: 2 }),
    head("seen", { ago_ms: 2, agent_name: "Bob 9", viewers: 7 }),
  ];
  const sorted = (order: Order) => {
    const { live, days } = programme_of(heads, "", now, order);
    expect(live).toEqual([]);
    return days.map(({ day, heads }) => [day, ids(heads)]);
  };
  expect(sorted("viewers")).toEqual([["Most watched first", ["seen", "old", "new"]]]);
  expect(sorted("newest")).toEqual([["Newest first", ["new", "seen", "old"]]]);
  expect(sorted("name")).toEqual([["By name", ["old", "seen", "new"]]]);
  expect(programme_of([], "", now, "name").days).toEqual([]);
});
