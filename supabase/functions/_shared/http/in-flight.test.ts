import { equal, throws } from "node:assert/strict";
import { InFlight } from "./in-flight.ts";

const create = () =>
  new InFlight({
    smallBytes: 10,
    small: { allBytes: 40, ownBytes: 30 },
    large: { allBytes: 200, ownBytes: 100 },
  });
const isFull = { code: "unavailable", retryAfterS: 1 };

Deno.test("one caller's large bodies leave room for its small ones and for others", () => {
  const bodies = create();
  bodies.hold("ada").add(110);
  throws(() => bodies.hold("ada").add(11), isFull);
  bodies.hold("ada").add(10);
  bodies.hold("bob").add(110);
});

Deno.test("all together have a limit, and small bodies pass while large ones are refused", () => {
  const bodies = create();
  bodies.hold("ada").add(110);
  bodies.hold("bob").add(110);
  throws(() => bodies.hold("cid").add(11), isFull);
  bodies.hold("dan").add(10);
});

Deno.test("what was released, of a refused body too, is free again", () => {
  const bodies = create();
  const held = bodies.hold("ada");
  for (let piece = 0; piece < 22; piece++) held.add(5);
  const refused = bodies.hold("ada");
  throws(() => refused.add(50), isFull);
  refused.release();
  refused.release();
  held.release();
  for (let round = 0; round < 5; round++) {
    const again = bodies.hold("ada");
    again.add(110);
    again.release();
  }
});

Deno.test("where all is full, the body that began first gives way, unless it is whole or has just begun", () => {
  let nowMs = 0;
  const limits = {
    smallBytes: 10,
    small: { allBytes: 40, ownBytes: 30 },
    large: { allBytes: 200, ownBytes: 100 },
  };
  const bodies = new InFlight(limits, () => nowMs);
  const givenUp: number[] = [];
  const slow = Array.from({ length: 4 }, (_, n) => {
    const holding = bodies.hold(null, () => givenUp.push(n));
    holding.add(10);
    return holding;
  });
  slow[0]?.complete();
  throws(() => bodies.hold("ada").add(1), isFull);
  nowMs = 1_000;
  bodies.hold("ada").add(10);
  equal(givenUp.join(), "1");
  bodies.hold("bob").add(10);
  equal(givenUp.join(), "1,2");
  // What gave way holds nothing that could be released twice.
  slow[1]?.release();
  slow[3]?.complete();
  throws(() => bodies.hold("cid").add(11), isFull);
});

Deno.test("strangers share the room of all", () => {
  const bodies = create();
  for (let stranger = 0; stranger < 4; stranger++) bodies.hold(null).add(10);
  throws(() => bodies.hold(null).add(1), isFull);
  equal(bodies.hold(null).add(0), undefined);
});
