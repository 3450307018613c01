import { expect, test } from "vitest";
import { agoText, dayText, durationText } from "./time.ts";

test("durationText and agoText round to two units at most", () => {
  expect([8_000, 720_000, 4_320_000, 3_600_000, 260_000_000].map(durationText)).toEqual([
    "8 s",
    "12 min",
    "1 h 12 min",
    "1 h",
    "3 days",
  ]);
  expect(agoText(2_000)).toBe("just now");
  expect(agoText(180_000)).toBe("3 min ago");
});

test("dayText names today, yesterday and other days by date", () => {
  const now = new Date(2026, 10, 22, 0, 30);
  expect(dayText(new Date(2026, 10, 22, 0, 1).toISOString(), now)).toBe("Today");
  expect(dayText(new Date(2026, 10, 21, 23, 59).toISOString(), now)).toBe("Yesterday");
  expect(dayText(new Date(2026, 10, 20, 12).toISOString(), now)).toMatch(/^\D*20\D*$/);
  expect(dayText(new Date(2025, 10, 20, 12).toISOString(), now)).toMatch(/2025/);
});
