import { expect, test } from "vitest";
import { elapsedText } from "./elapsed-text.ts";

test("elapsedText counts as a player does", () => {
  expect([0, 7_900, 729_000, 4_329_000].map(elapsedText)).toEqual([
    "0:00",
    "0:07",
    "12:09",
    "1:12:09",
  ]);
  expect(elapsedText(-5)).toBe("0:00");
});
