import { equal, throws } from "node:assert/strict";
import { flush_ms, read_messages_per_second } from "./flush.ts";

Deno.test("flush_ms keeps frames per second times listeners under 70 % of the plan", () => {
  for (const plan of [100, 500, 2_500]) {
    for (const viewers of [10, 40, 300]) {
      const gathered_ms = flush_ms(viewers, plan);
      if (gathered_ms === 5_000) continue;
      const messages_per_second = (1_000 / gathered_ms) * (1 + viewers);
      equal(messages_per_second <= 0.71 * plan, true, `${viewers} viewers, plan ${plan}`);
    }
  }
});

Deno.test("flush_ms stays between 50 ms and 5 s", () => {
  equal(flush_ms(0, 100), 50);
  equal(flush_ms(0, 2_500), 50);
  equal(flush_ms(10, 100), 157);
  equal(flush_ms(100_000, 100), 5_000);
});

Deno.test("read_messages_per_second takes a number above 0, 100 by default", () => {
  equal(read_messages_per_second(undefined), 100);
  equal(read_messages_per_second(""), 100);
  equal(read_messages_per_second("500"), 500);
  for (const text of ["0", "-1", "many", "Infinity"]) throws(() => read_messages_per_second(text));
});
