import { expect, test } from "vitest";
import { agent_of } from "./agent-path.ts";
import { cost_text, many, share_text, short_text } from "./amount.ts";
import { day_label, days_between } from "./days.ts";
import { steps_of } from "./year-strip.ts";

test("cost_text keeps two digits that say something", () => {
  expect([0, 0.00421, 0.3, 12.4].map(cost_text)).toEqual([
    "US$ 0.00",
    "US$ 0.0042",
    "US$ 0.30",
    "US$ 12.40",
  ]);
});

test("share_text never says 0 % of something", () => {
  expect([share_text(0, 9), share_text(1, 1_000), share_text(1, 3), share_text(1, 0)]).toEqual([
    "0 %",
    "< 1 %",
    "33 %",
    "0 %",
  ]);
});

test("short_text is exact below 100,000", () => {
  expect([short_text(99_999), short_text(1_240_000)]).toEqual(["99,999", "1.2M"]);
  expect([many(1, "day"), many(2, "day")]).toEqual(["1 day", "2 days"]);
});

test("days_between reaches back to the first day, and at least so many", () => {
  const now = Date.parse("2026-03-01T23:59:59Z");
  expect(days_between(undefined, now, 3)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect(days_between("2026-02-26", now, 3)[0]).toBe("2026-02-26");
  expect(day_label("2026-03-01")).toMatch(/1/);
});

test("steps_of gives nothing to a day of nothing and a quarter of the others to each step", () => {
  const step_of = steps_of([0, 1, 2, 3, 400]);
  expect([0, 1, 2, 3, 400].map(step_of)).toEqual([0, 1, 2, 3, 4]);
  expect(steps_of([5])(5)).toBe(1);
});

test("agent_of reads the agent from the path, however it is written", () => {
  expect(
    ["/agents/ada", "/agents/ada/", "/agents/a%20b", "/agents/%E0", "/agents/"].map(agent_of),
  ).toEqual(["ada", "ada", "a b", "%E0", null]);
});
