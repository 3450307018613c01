import { expect, test } from "vitest";
import { costText, many, shareText, shortText } from "./amount.ts";

test("costText keeps two significant digits", () => {
  expect([0, 0.00421, 0.3, 12.4].map(costText)).toEqual([
    "US$ 0.00",
    "US$ 0.0042",
    "US$ 0.30",
    "US$ 12.40",
  ]);
});

test("shareText never rounds a share down to 0 %", () => {
  expect([shareText(0, 9), shareText(1, 1_000), shareText(1, 3), shareText(1, 0)]).toEqual([
    "0 %",
    "< 1 %",
    "33 %",
    "0 %",
  ]);
});

test("shortText is exact below 100,000", () => {
  expect([shortText(99_999), shortText(1_240_000)]).toEqual(["99,999", "1.2M"]);
  expect([many(1, "day"), many(2, "day")]).toEqual(["1 day", "2 days"]);
});
