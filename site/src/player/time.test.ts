import { expect, test } from "vitest";
import { ago_text, day_text, duration_text, elapsed_text } from "./time.ts";

test("elapsed_text counts as a player does", () => {
  expect([0, 7_900, 729_000, 4_329_000].map(elapsed_text)).toEqual([
    "0:00",
    "0:07",
    "12:09",
    "1:12:09",
  ]);
  expect(elapsed_text(-5)).toBe("0:00");
});

test("duration_text and ago_text round to what matters", () => {
  expect([8_000, 720_000, 4_320_000, 3_600_000, 260_000_000].map(duration_text)).toEqual([
    "8 s",
    "12 min",
    "1 h 12 min",
    "1 h",
    "3 days",
  ]);
  expect(ago_text(2_000)).toBe("just now");
  expect(ago_text(180_000)).toBe("3 min ago");
});

test("day_text names the near days", () => {
  const now = new Date(2026, 10, 22, 0, 30);
  expect(day_text(new Date(2026, 10, 22, 0, 1).toISOString(), now)).toBe("Today");
  expect(day_text(new Date(2026, 10, 21, 23, 59).toISOString(), now)).toBe("Yesterday");
  expect(day_text(new Date(2026, 10, 20, 12).toISOString(), now)).toMatch(/20/);
});
