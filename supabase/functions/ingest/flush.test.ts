import { equal, throws } from "node:assert/strict";
import { flushMs, readMessagesPerSecond } from "./flush.ts";

Deno.test("flushMs keeps frames per second times listeners under 70 % of the plan", () => {
  for (const plan of [100, 500, 2_500]) {
    for (const viewers of [10, 40, 300]) {
      const gatheredMs = flushMs(viewers, plan);
      if (gatheredMs === 5_000) continue;
      // On Free 200 can connect.
      const listeners = plan === 100 ? Math.min(viewers, 200) : viewers;
      const messagesPerSecond = (1_000 / gatheredMs) * (1 + listeners);
      equal(messagesPerSecond <= 0.71 * plan, true, `${viewers} viewers, plan ${plan}`);
    }
  }
});

Deno.test("flushMs stays between 50 ms and 5 s", () => {
  equal(flushMs(0, 100), 50);
  equal(flushMs(0, 2_500), 50);
  equal(flushMs(10, 100), 157);
  equal(flushMs(100_000, 2_500), 5_000);
});

Deno.test("flushMs counts no more viewers than the plan has connections", () => {
  equal(flushMs(200, 100), 2_871);
  equal(flushMs(100_000, 100), 2_871);
  equal(flushMs(500, 500), 1_431);
  equal(flushMs(100_000, 500), 1_431);
  equal(flushMs(1_000, 2_500), 572);
});

Deno.test("readMessagesPerSecond accepts a number above 0, 100 by default", () => {
  equal(readMessagesPerSecond(undefined), 100);
  equal(readMessagesPerSecond(""), 100);
  equal(readMessagesPerSecond("500"), 500);
  for (const text of ["0", "-1", "many", "Infinity"]) throws(() => readMessagesPerSecond(text));
});
