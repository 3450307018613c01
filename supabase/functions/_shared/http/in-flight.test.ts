import { deepEqual, equal, throws } from "node:assert/strict";
import { InFlight } from "./in-flight.ts";

/** Small rooms, and a clock that only `wait` moves. */
function create() {
  let nowMs = 0;
  const bodies = new InFlight(
    {
      smallBytes: 10,
      small: { allBytes: 40, agentBytes: 30, strangerBytes: 20 },
      large: { allBytes: 200, agentBytes: 100, strangerBytes: 100 },
      stallMs: 1_000,
      stallBytes: 5,
      longMs: 2_000,
    },
    () => nowMs,
  );
  const hold = (agentId: string | null, network: string | null = null) => {
    const holding = bodies.hold({ agentId, network });
    return {
      holding,
      take(bytes: number) {
        holding.arrived(bytes);
        holding.add(bytes);
        return this;
      },
      complete() {
        holding.complete();
        return this;
      },
      isGivenUp: () => holding.signal.aborted,
    };
  };
  return {
    hold,
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}
const isFull = { code: "unavailable", retryAfterS: 1 };

Deno.test("one caller's large bodies leave room for its small ones and for others", () => {
  const { hold } = create();
  hold("ada").take(110);
  throws(() => hold("ada").take(11), isFull);
  hold("ada").take(10);
  hold("bob").take(110);
});

Deno.test("all bodies share a limit, and small ones pass while large ones are refused", () => {
  const { hold } = create();
  hold("ada").take(110).complete();
  hold("bob").take(110).complete();
  throws(() => hold("cid").take(11), isFull);
  hold("dan").take(10);
});

Deno.test("released bytes are free again, also those of a refused body", () => {
  const { hold } = create();
  const held = hold("ada");
  for (let piece = 0; piece < 22; piece++) held.take(5);
  const refused = hold("ada");
  throws(() => refused.take(50), isFull);
  refused.holding.release();
  refused.holding.release();
  held.holding.release();
  for (let round = 0; round < 5; round++) {
    hold("ada").take(110).holding.release();
  }
});

Deno.test("strangers of one network share a part of the limit", () => {
  const { hold } = create();
  hold(null, "192.0.2.1").take(10);
  hold(null, "192.0.2.1").take(10);
  throws(() => hold(null, "192.0.2.1").take(1), isFull);
  hold(null, "192.0.2.2").take(10);
  hold(null).take(10);
});

Deno.test("without room, the body that has stalled longest is dropped", () => {
  const { hold, wait } = create();
  const agents = ["ada", "bob", "cid", "dan"];
  const [first, ...others] = agents.map((agent) => {
    wait(100);
    return hold(agent).take(10);
  });
  wait(600);
  throws(() => hold("eve").take(10), isFull);
  wait(100);
  // A caller that sends too slowly stalls like a silent one.
  for (let piece = 0; piece < 4; piece++) first?.holding.arrived(1);
  hold("eve").take(10);
  deepEqual(
    [first, ...others].map((body) => body?.isGivenUp()),
    [true, false, false, false],
  );
  throws(() => first?.take(1), isFull);
  equal(first?.holding.signal.reason.code, "unavailable");
});

Deno.test("a body that keeps arriving or is complete does not count as stalled", () => {
  const { hold, wait } = create();
  const bodies = ["ada", "bob", "cid", "dan"].map((agent) => hold(agent).take(10));
  wait(900);
  bodies[0]?.holding.arrived(5);
  bodies[1]?.complete();
  wait(900);
  hold("eve").take(10);
  hold("fay").take(10);
  throws(() => hold("gus").take(10), isFull);
  deepEqual(
    bodies.map((body) => body.isGivenUp()),
    [false, false, true, true],
  );
});

Deno.test("a body that takes long gives way to a newer one, even if it keeps arriving", () => {
  const { hold, wait } = create();
  const drip = (...bodies: ReturnType<typeof hold>[]) => {
    wait(500);
    for (const { holding } of bodies) holding.arrived(5);
  };
  const ada = hold("ada", "192.0.2.1").take(110);
  drip(ada);
  const bob = hold("bob", "192.0.2.2").take(110);
  for (let round = 0; round < 2; round++) drip(ada, bob);
  throws(() => hold("cid", "192.0.2.3").take(110), isFull);
  drip(ada, bob);
  const cid = hold("cid", "192.0.2.3").take(110);
  const isGivenUp = () => [ada, bob, cid].map((body) => body.isGivenUp());
  deepEqual(isGivenUp(), [true, false, false]);
  throws(() => hold("dan", "192.0.2.4").take(110), isFull);
  drip(bob, cid);
  hold("dan", "192.0.2.4").take(110).complete();
  deepEqual(isGivenUp(), [true, true, false]);
});

Deno.test("a body that takes long itself displaces no other", () => {
  const { hold, wait } = create();
  const bodies = ["ada", "bob"].map((agent) => hold(agent).take(109));
  for (let round = 0; round < 4; round++) {
    wait(500);
    for (const { holding } of bodies) holding.arrived(5);
  }
  bodies[0]?.take(1);
  bodies[1]?.take(1);
  throws(() => bodies[1]?.take(1), isFull);
  equal(bodies[0]?.isGivenUp(), false);
  hold("cid").take(11);
  equal(bodies[0]?.isGivenUp(), true);
});

Deno.test("an agent's stalled bodies are dropped for its own new ones first", () => {
  const { hold, wait } = create();
  const other = hold("bob").take(10);
  const bodies = [1, 2, 3].map(() => hold("ada").take(10));
  wait(1_000);
  hold("ada").take(10);
  deepEqual(
    [other, ...bodies].map((body) => body.isGivenUp()),
    [false, true, false, false],
  );
});

Deno.test("the sender that holds the most yields to one that holds little, even without a stall", () => {
  const { hold } = create();
  const many = [1, 2, 3].map(() => hold("ada").take(10));
  const one = hold("bob").take(10);
  hold("cid").take(1);
  deepEqual(
    [...many, one].map((body) => body.isGivenUp()),
    [true, false, false, false],
  );
});

Deno.test("many agents of one network count as one against another network", () => {
  const { hold } = create();
  const many = ["ada", "bob", "cid", "dan"].map((agent) => hold(agent, "192.0.2.1").take(10));
  throws(() => hold("eve", "192.0.2.1").take(10), isFull);
  hold("eve", "192.0.2.2").take(10);
  deepEqual(
    many.map((body) => body.isGivenUp()),
    [true, false, false, false],
  );
});
