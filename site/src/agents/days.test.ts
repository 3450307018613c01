import { expect, test } from "vitest";
import { dayLabel, daysBetween, dayTitle } from "./days.ts";

test("daysBetween reaches back to the first day, and gives at least the number asked for", () => {
  const now = Date.parse("2026-03-01T23:59:59Z");
  expect(daysBetween(undefined, now, 3)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  expect(daysBetween("2026-02-26", now, 3)[0]).toBe("2026-02-26");
});

test("dayLabel and dayTitle name the day of UTC in every time zone", () => {
  const zone = process.env.TZ;
  try {
    for (const away of ["Pacific/Auckland", "America/Los_Angeles"]) {
      process.env.TZ = away;
      // In Los Angeles, midnight of UTC is still 28 February.
      expect(dayLabel("2026-03-01")).toMatch(/(?<!\d)1(?!\d)/);
      expect(dayTitle("2026-03-01")).toMatch(/(?<!\d)1(?!\d).*2026/);
    }
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});
