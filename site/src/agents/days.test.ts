import { expect, test } from "vitest";
import { dayLabel, daysBetween } from "./days.ts";

test("daysBetween reaches back to the first day, and at least so many", () => {
  const now = Date.parse("2026-03-01T23:59:59Z");
  expect(daysBetween(undefined, now, 3)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect(daysBetween("2026-02-26", now, 3)[0]).toBe("2026-02-26");
  expect(dayLabel("2026-03-01")).toMatch(/1/);
});
