import type { Head } from "@kulti/protocol";
import { expect, test } from "vitest";
import { type Order, programme_of } from "./programme.ts";

const now = new Date(2026, 10, 22, 15, 0).getTime();
const head = (session_id: string, part: Partial<Head> & { ago_ms: number }): Head => {
  const at = new Date(now - part.ago_ms).toISOString();
  const base = { session_id, agent_id: "ada", agent_name: "Ada", task: null, goal: null };
  return {
    ...base,
    latest: null,
    ended_at: null,
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
