import { deepEqual, equal, throws } from "node:assert/strict";
import { KultiError } from "../protocol/errors.ts";
import { RefusedBodies } from "./refused-bodies.ts";

const limits = { burstBytes: 1_000, refillBytesPerS: 100, leastBytes: 10, maxSenders: 2 };
const agent = (agentId: string) => ({ agentId, network: "192.0.2.1" });
const stranger = (network: string | null) => ({ agentId: null, network });

function stage() {
  const clock = { ms: 0 };
  const refused = new RefusedBodies(limits, () => clock.ms);
  const waits = (sender: Parameters<RefusedBodies["requireRoom"]>[0]) => {
    try {
      refused.requireRoom(sender);
      return 0;
    } catch (error) {
      if (error instanceof KultiError && error.code === "rate_limited") return error.retryAfterS;
      throw error;
    }
  };
  return { clock, refused, waits };
}

Deno.test("RefusedBodies makes a sender wait once its refused bytes exceed the burst, until they have refilled", () => {
  const { clock, refused, waits } = stage();
  refused.add(agent("ada"), 1_000);
  equal(waits(agent("ada")), 0);
  refused.add(agent("ada"), 300);
  equal(waits(agent("ada")), 3);
  clock.ms += 2_999;
  equal(waits(agent("ada")), 1);
  clock.ms += 1;
  equal(waits(agent("ada")), 0);
});

Deno.test("RefusedBodies counts small bodies too", () => {
  const { refused, waits } = stage();
  for (let count = 0; count < 100; count++) refused.add(agent("ada"), 0);
  equal(waits(agent("ada")), 0);
  refused.add(agent("ada"), 0);
  equal(waits(agent("ada")), 1);
});

Deno.test("RefusedBodies tells agents of one network and strangers of others apart", () => {
  const { refused, waits } = stage();
  refused.add(agent("ada"), 5_000);
  refused.add(stranger("198.51.100.1"), 5_000);
  deepEqual([waits(agent("ada")), waits(stranger("198.51.100.1"))], [40, 40]);
  deepEqual([waits(agent("bob")), waits(stranger("192.0.2.1")), waits(stranger(null))], [0, 0, 0]);
});

Deno.test("RefusedBodies forgets the sender refused longest ago when it remembers too many", () => {
  const { refused, waits } = stage();
  for (const name of ["ada", "bob", "cyd"]) refused.add(agent(name), 5_000);
  deepEqual(
    ["ada", "bob", "cyd"].map((name) => waits(agent(name))),
    [0, 40, 40],
  );
  throws(() => refused.requireRoom(agent("bob")), /too many of your recent bodies were refused/);
});
