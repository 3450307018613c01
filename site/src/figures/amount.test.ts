import { expect, test } from "vitest";
import { cost_text, many, share_text, short_text } from "./amount.ts";

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
