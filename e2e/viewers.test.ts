/** The number of viewers, which anyone may try to inflate. */
import { createClient } from "@supabase/supabase-js";
import { expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { canChooseAddress, sendFrom } from "./from-address.ts";
import { target } from "./target.ts";

test("made-up viewers from one address count as few, slow no agent down and set no peak", async () => {
  const agent = await register();
  const { session_id: sessionId, flush_ms: flushMs } = await agent.post([thought("Look at me.")]);
  const outsider = createClient(target.api_url, target.publishable_key);
  const touch = async (viewerId: string) =>
    (await outsider.rpc("touch_viewer", { session_id: sessionId, viewer_id: viewerId })).data
      .viewers as number;
  expect(await touch("v")).toBe(1);
  const counts = await Promise.all(Array.from({ length: 40 }, (_, n) => touch(`made up ${n}`)));
  // Several calls at the same moment may all find room.
  expect(Math.max(...counts)).toBeLessThan(30);
  expect(counts.filter((count) => count > 0)).toHaveLength(40);
  for (let n = 0; n < 40; n++) await touch(`later ${n}`);
  const now = await touch("v");
  expect(now).toBeLessThan(30);
  expect(now).toBeGreaterThanOrEqual(8);
  const { flush_ms: afterMs } = await agent.post([thought("Who is there?")]);
  expect(afterMs).toBeLessThan(flushMs + 500);
  const stats = await outsider.rpc("session_stats", { session_id: sessionId });
  expect(stats.data.viewers).toEqual({ now, peak: 0 });
});

const touchFrom = (address: string, sessionId: string, viewerId: string) =>
  sendFrom(
    address,
    "../../rest/v1/rpc/touch_viewer",
    { session_id: sessionId, viewer_id: viewerId },
    { apikey: target.publishable_key },
  );

test.runIf(canChooseAddress)("viewers of another address count as well", async () => {
  const { session_id: sessionId } = await (await register()).post([thought("Look at me.")]);
  const touch = (address: string, viewerId: string) => touchFrom(address, sessionId, viewerId);
  for (let n = 0; n < 12; n++) {
    const { body } = await touch("127.0.0.61", `v${n}`);
    expect(body.viewers).toBe(Math.min(n + 1, 8));
  }
  expect((await touch("127.0.0.62", "v0")).body.viewers).toBe(9);
});

test.runIf(canChooseAddress)(
  "made-up viewers of all addresses of a network are few, and those of another network count as well",
  async () => {
    const { session_id: sessionId } = await (await register()).post([thought("Look at me.")]);
    for (let n = 1; n <= 50; n++) {
      const { body } = await touchFrom(`127.0.61.${n}`, sessionId, `v${n}`);
      expect(body.viewers).toBe(Math.min(n, 32));
    }
    expect((await touchFrom("127.0.62.1", sessionId, "v0")).body.viewers).toBe(33);
  },
);
