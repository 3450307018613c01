import { expect, test } from "vitest";
import { stepsOf } from "./year-strip.ts";

test("stepsOf gives nothing to a day of nothing and a quarter of the others to each step", () => {
  const stepOf = stepsOf([0, 1, 2, 3, 400]);
  expect([0, 1, 2, 3, 400].map(stepOf)).toEqual([0, 1, 2, 3, 4]);
  expect(stepsOf([5])(5)).toBe(1);
});
