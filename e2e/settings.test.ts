/**
 * Rates and quotas as an operator sees them: each scene lowers a setting, reaches its limit and raises it again. The
 * settings hold for every agent, so no other file runs meanwhile.
 */
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { readEvents, readSessions, send } from "./request.ts";
import { target } from "./target.ts";

describe.runIf(target.db_url)("settings", () => {
  const operator = new Client(target.db_url);
  const viewer = new Client(target.db_url);
  const observer = new Client(target.db_url);
  const clients = [operator, viewer, observer];
  const before = new Map<string, string>();

  beforeAll(() => Promise.all(clients.map((client) => client.connect())));
  afterAll(() => Promise.all(clients.map((client) => client.end())));
  afterEach(async () => {
    await operator.query("rollback");
    for (const [name, value] of before) await change(name, value);
    before.clear();
  });

  async function set(name: string, value: number) {
    if (!before.has(name)) {
      const { rows } = await operator.query("select private.setting_of($1) as value", [name]);
      before.set(name, rows[0].value);
    }
    await change(name, String(value));
  }
  const change = (name: string, value: string) =>
    operator.query("select private.change_setting($1, $2)", [name, value]);

  async function openSession() {
    const agent = await register();
    const { session_id: sessionId } = await agent.post([thought("first")]);
    const events = [{ id: "e", ...thought("more") }];
    const body = { agent_id: agent.agent_id, session_id: sessionId, events };
    return { agent, sessionId, post: () => send("ingest", { key: agent.api_key, body }) };
  }

  test("ingest tells an agent that sends too often when to come back, and the agent loses nothing", async () => {
    await set("ingest_refill_ms", 30_000);
    await set("ingest_burst", 1);
    const { agent, sessionId, post } = await openSession();
    const refused = await post();
    expect([refused.status, refused.error?.code]).toEqual([429, "rate_limited"]);
    const waitS = Number(refused.headers.get("retry-after"));
    expect(waitS).toBeGreaterThan(20);
    expect(waitS).toBeLessThanOrEqual(31);
    expect(await readEvents(sessionId)).toHaveLength(1);
    await set("ingest_burst", 2);
    expect((await post()).status).toBe(200);
    expect(await readSessions(agent.agent_id)).toMatchObject([{ to_seq: 2 }]);
  });

  test("ingest tells an agent that has used up its day until when, and the agent loses nothing", async () => {
    const { agent, sessionId, post } = await openSession();
    await set("new_agent_day_bytes", 10);
    const refused = await post();
    expect([refused.status, refused.error?.code]).toEqual([429, "quota_exceeded"]);
    expect(refused.error?.message).toMatch(/to \d+ of 10 bytes today/);
    const leftS = (86_400_000 - (Date.now() % 86_400_000)) / 1_000;
    expect(Math.abs(Number(refused.headers.get("retry-after")) - leftS)).toBeLessThan(60);
    expect(await readEvents(sessionId)).toHaveLength(1);
    await set("new_agent_day_bytes", 10_000);
    expect((await post()).status).toBe(200);
    expect(await readSessions(agent.agent_id)).toMatchObject([{ to_seq: 2 }]);
  });

  test("touch_viewer sends no outdated head after it has waited for a change of visibility", async () => {
    await set("lobby_head_ms", 1);
    await set("head_interval_ms", 1);
    const { agent, sessionId } = await openSession();
    /** An event whose head comes too soon after the last one and is due afterwards. */
    const holdBack = async () => {
      await set("head_interval_ms", 3_600_000);
      await agent.post([thought("more")], { session_id: sessionId });
      await set("head_interval_ms", 1);
    };
    const touch = () => viewer.query("select touch_viewer($1, 'v')", [sessionId]);
    const heads = async () => {
      const found = await observer.query(
        "select 1 from realtime.messages where topic = 'lobby' and payload ->> 'session_id' = $1",
        [sessionId],
      );
      return found.rows.length;
    };
    const first = await heads();
    await holdBack();
    expect(await heads()).toBe(first);
    await touch();
    expect(await heads()).toBe(first + 1);

    await holdBack();
    const { rows } = await viewer.query("select pg_backend_pid() as pid");
    await operator.query("begin");
    await operator.query("update ai_agents set visibility = 'private' where agent_id = $1", [
      agent.agent_id,
    ]);
    const touched = touch();
    await expect
      .poll(async () => {
        const found = await observer.query(
          "select wait_event_type from pg_stat_activity where pid = $1",
          [rows[0].pid],
        );
        return found.rows[0].wait_event_type;
      })
      .toBe("Lock");
    await operator.query("commit");
    await touched;
    expect(await heads()).toBe(0);
  });
});
