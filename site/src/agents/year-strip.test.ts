import { expect, test } from "vitest";
import { stepsOf } from "./year-strip.ts";

test("stepsOf gives step 0 to empty days and each other step a quarter of the rest", () => {
  const stepOf = stepsOf([0, 1, 2, 3, 400]);
  expect([0, 1, 2, 3, 400].map(stepOf)).toEqual([0, 1, 2, 3, 4]);
  expect(stepsOf([5])(5)).toBe(1);
});
