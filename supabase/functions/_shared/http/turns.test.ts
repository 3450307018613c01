import { deepEqual } from "node:assert/strict";
import { createTurns } from "./turns.ts";

/** Runs one at a time, each until `finishAll` ends it. */
function stage(maxWaitingOfAll = 100) {
  const inTurn = createTurns({ maxRunning: 1, maxWaiting: 3, maxWaitingOfAll, refusal: "No." });
  const started: string[] = [];
  const refused: string[] = [];
  const running: (() => void)[] = [];
  return {
    started,
    refused,
    ask(network: string | null, name: string) {
      inTurn(network, () => {
        started.push(name);
        return new Promise<void>((resolve) => running.push(resolve));
      }).catch(({ code }) => refused.push(`${name} ${code}`));
    },
    async finishAll() {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve));
        const end = running.shift();
        if (!end) return;
        end();
      }
    },
  };
}

Deno.test("networks take turns, and one alone gets all turns", async () => {
  const { ask, started, refused, finishAll } = stage();
  for (let n = 1; n <= 4; n++) ask("192.0.2.1", `a${n}`);
  for (let n = 1; n <= 2; n++) ask("192.0.2.2", `b${n}`);
  ask(null, "c1");
  await finishAll();
  deepEqual(started, ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
  deepEqual(refused, []);
  ask("192.0.2.1", "later");
  await finishAll();
  deepEqual(started.at(-1), "later");
});

Deno.test("a network has few places to wait, and unknown networks share theirs", async () => {
  const { ask, refused, finishAll } = stage();
  for (let n = 1; n <= 5; n++) ask("192.0.2.1", `a${n}`);
  for (let n = 1; n <= 4; n++) ask(null, `b${n}`);
  await finishAll();
  deepEqual(refused, ["a5 unavailable", "b4 unavailable"]);
});

Deno.test("when the queue is full, the longest queue loses its last place to a shorter one", async () => {
  const { ask, started, refused, finishAll } = stage(4);
  ask("192.0.2.1", "a1");
  for (const network of ["192.0.2.1", "192.0.2.2"]) {
    for (let n = 1; n <= 2; n++) ask(network, `${network} ${n}`);
  }
  ask("192.0.2.3", "c1");
  ask("192.0.2.3", "c2");
  await finishAll();
  deepEqual(refused.sort(), ["192.0.2.1 2 unavailable", "c2 unavailable"]);
  deepEqual(started, ["a1", "192.0.2.1 1", "192.0.2.2 1", "c1", "192.0.2.2 2"]);
});

Deno.test("failed work ends its turn", async () => {
  const inTurn = createTurns({ maxRunning: 1, maxWaiting: 3, maxWaitingOfAll: 3, refusal: "No." });
  const fails = inTurn(null, () => Promise.reject(new Error("no"))).catch(() => "failed");
  const next = inTurn(null, () => Promise.resolve("done"));
  deepEqual(await Promise.all([fails, next]), ["failed", "done"]);
});
