import { expect, test } from "vitest";
import { steps_of } from "./year-strip.ts";

test("steps_of gives nothing to a day of nothing and a quarter of the others to each step", () => {
  const step_of = steps_of([0, 1, 2, 3, 400]);
  expect([0, 1, 2, 3, 400].map(step_of)).toEqual([0, 1, 2, 3, 4]);
  expect(steps_of([5])(5)).toBe(1);
});
