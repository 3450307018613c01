import { deepEqual } from "node:assert/strict";
import { KultiError } from "../protocol/errors.ts";
import { createCallers } from "./callers.ts";
import type { Database } from "./db.ts";
import { refused } from "./testing.ts";

const keyOf = (name: string) => `klt_${name.padEnd(43, "_")}`;
const request = (name: string, address = "192.0.2.1") =>
  new Request("http://kulti.test/ingest", {
    headers: { "x-kulti-key": keyOf(name), "x-forwarded-for": address },
  });

/** Knows the keys whose name is not `bad…`; answers when `answerAll` is called, if it is to wait. */
function stage(options: Parameters<typeof createCallers>[1] & { waits?: boolean } = {}) {
  const asked: string[] = [];
  const pending: (() => void)[] = [];
  let bad = false;
  const call = async (name: string, args: { key_hash: string }) => {
    if (name === "address_header") return "x-forwarded-for";
    asked.push(args.key_hash);
    const isBad = bad;
    if (options.waits) await new Promise<void>((resolve) => pending.push(resolve));
    if (isBad) throw new KultiError("unknown_key", "Cannot accept the key.");
    return { agent_id: `agent-${asked.length}` };
  };
  return {
    callers: createCallers({ call } as unknown as Database, options),
    asked,
    refuse: (value: boolean) => {
      bad = value;
    },
    answerAll: () => {
      for (const answer of pending.splice(0)) answer();
    },
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

Deno.test("callers cache a good key until it expires", async () => {
  let nowMs = 0;
  const { callers, asked } = stage({ rememberMs: 1_000, now: () => nowMs });
  const first = await callers.require(request("one"));
  deepEqual(first.agent_id, "agent-1");
  nowMs = 999;
  deepEqual(await callers.require(request("one")), first);
  deepEqual(asked.length, 1);
  nowMs = 1_000;
  deepEqual((await callers.require(request("one"))).agent_id, "agent-2");
});

Deno.test("callers cache no bad key, and bad ones evict no good one", async () => {
  const { callers, asked, refuse } = stage({ maxRemembered: 2 });
  await callers.require(request("good"));
  refuse(true);
  for (let n = 0; n < 10; n++) {
    deepEqual((await refused(callers.require(request("bad")))).code, "unknown_key");
  }
  deepEqual(asked.length, 11);
  await callers.require(request("good"));
  deepEqual(asked.length, 11);
});

Deno.test("callers evict the least recently used key", async () => {
  const { callers, asked } = stage({ maxRemembered: 2 });
  for (const name of ["one", "two", "one", "three", "one"]) await callers.require(request(name));
  deepEqual(asked.length, 3);
  await callers.require(request("two"));
  deepEqual(asked.length, 4);
});

Deno.test("a flood of unknown keys fills the lookups and does not delay known keys", async () => {
  const { callers, asked, answerAll } = stage({ maxLookups: 2, maxWaiting: 3, waits: true });
  const known = callers.require(request("known"));
  await settled();
  answerAll();
  await known;
  const flood = Array.from({ length: 8 }, (_, n) =>
    callers.require(request(`made-up-${n}`)).then(
      () => "found",
      (error) => error.code,
    ),
  );
  await settled();
  deepEqual(asked.length, 3);
  await callers.require(request("known"));
  deepEqual(asked.length, 3);
  for (let n = 0; n < 5; n++) {
    answerAll();
    await settled();
  }
  const outcomes = await Promise.all(flood);
  deepEqual(outcomes.filter((outcome) => outcome === "unavailable").length, 3);
  deepEqual(outcomes.filter((outcome) => outcome === "found").length, 5);
});

Deno.test("a flood of unknown keys from one network delays another network by one turn", async () => {
  const { callers, asked, answerAll } = stage({ maxLookups: 1, maxWaiting: 20, waits: true });
  const flood = Array.from({ length: 60 }, (_, n) =>
    callers.require(request(`made-up-${n}`)).catch(({ code }) => code),
  );
  await settled();
  const fresh = callers.require(request("fresh", "192.0.2.2"));
  await settled();
  // The running lookup, one of the flood that waited before, then the newcomer.
  for (let n = 0; n < 3; n++) {
    answerAll();
    await settled();
  }
  deepEqual((await fresh).agent_id, "agent-3");
  while (asked.length < 22) {
    answerAll();
    await settled();
  }
  answerAll();
  const outcomes = await Promise.all(flood);
  deepEqual(outcomes.filter((outcome) => outcome === "unavailable").length, 39);
});

Deno.test("a sender is the caller's agent, or a stranger, at its network", async () => {
  const { callers } = stage();
  const caller = await callers.require(request("one"));
  const agentId = caller.agent_id;
  deepEqual(await callers.senderOf(request("one"), caller), { agentId, network: "192.0.2.1" });
  deepEqual(await callers.senderOf(request("one"), null), { agentId: null, network: "192.0.2.1" });
});

Deno.test("callers distinguish a missing key from an unknown one", async () => {
  const { callers, asked } = stage();
  const keyless = new Request("http://kulti.test/chat");
  deepEqual(await callers.find(keyless), null);
  deepEqual((await refused(callers.require(keyless))).code, "missing_key");
  const malformed = new Request("http://kulti.test/chat", { headers: { "x-kulti-key": "klt_x" } });
  deepEqual((await refused(callers.find(malformed))).code, "unknown_key");
  deepEqual(asked, []);
});
