import { equal, throws } from "node:assert/strict";
import { flushMs, readMessagesPerSecond } from "./flush.ts";

Deno.test("flushMs keeps frames per second times listeners under 70 % of the plan", () => {
  for (const plan of [100, 500, 2_500]) {
    for (const viewers of [10, 40, 300]) {
      const gatheredMs = flushMs(viewers, plan);
      if (gatheredMs === 5_000) continue;
      const messagesPerSecond = (1_000 / gatheredMs) * (1 + viewers);
      equal(messagesPerSecond <= 0.71 * plan, true, `${viewers} viewers, plan ${plan}`);
    }
  }
});

Deno.test("flushMs stays between 50 ms and 5 s", () => {
  equal(flushMs(0, 100), 50);
  equal(flushMs(0, 2_500), 50);
  equal(flushMs(10, 100), 157);
  equal(flushMs(100_000, 100), 5_000);
});

Deno.test("readMessagesPerSecond takes a number above 0, 100 by default", () => {
  equal(readMessagesPerSecond(undefined), 100);
  equal(readMessagesPerSecond(""), 100);
  equal(readMessagesPerSecond("500"), 500);
  for (const text of ["0", "-1", "many", "Infinity"]) throws(() => readMessagesPerSecond(text));
});
