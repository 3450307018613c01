/** Somebody who has the stock client and nothing but the publishable key. */
import { createClient, type RealtimeChannel } from "@supabase/supabase-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { register, status, type TestAgent, thought } from "./agent.ts";
import { listen } from "./channel.ts";
import { target } from "./target.ts";

const outsider = createClient(target.api_url, target.publishable_key);
let agent: TestAgent;
let sessionId: string;

beforeAll(async () => {
  agent = await register();
  ({ session_id: sessionId } = await agent.post([status("live"), thought("In the open.")]));
});
afterAll(() => outsider.removeAllChannels());

function join(channel: RealtimeChannel): Promise<string> {
  return new Promise((resolve) => {
    channel.subscribe((state) => resolve(state));
  });
}

test("an outsider receives frames of a session's channel", async () => {
  // The first to join after an idle spell hears nothing until Realtime reads the database's log.
  const config = { private: true, broadcast: { replication_ready: true } };
  const channel = outsider.channel(`session:${sessionId}`, { config });
  const frame = new Promise<{ from_seq: number; to_seq: number; events: unknown[] }>((resolve) => {
    channel.on("broadcast", { event: "frame" }, ({ payload }) => {
      // Broadcasts sent shortly before the join may arrive after it.
      if (payload.to_seq > 2) resolve(payload as never);
    });
  });
  const ready = new Promise((resolve) => channel.on("system", {}, resolve));
  expect(await join(channel)).toBe("SUBSCRIBED");
  expect(await ready).toMatchObject({ status: "ok" });
  await agent.post([thought("Heard by all.")]);
  const { from_seq: fromSeq, to_seq: toSeq, events } = await frame;
  expect([fromSeq, toSeq]).toEqual([3, 3]);
  expect(events).toMatchObject([
    { seq: 3, type: "thought", data: { thought_type: "general", content: "Heard by all." } },
  ]);
  await outsider.removeChannel(channel);
});

test("invariant 7: an outsider can't send on a session's channel, by socket or by HTTP", async () => {
  const { state, heard } = await listen(`session:${sessionId}`);
  expect(state).toBe("SUBSCRIBED");
  const channel = outsider.channel(`session:${sessionId}`, {
    config: { private: true, broadcast: { ack: true } },
  });
  expect(await join(channel)).toBe("SUBSCRIBED");
  const forged = { from_seq: 1, to_seq: 1, events: [] };
  const answer = await channel.send(
    { type: "broadcast", event: "frame", payload: forged },
    { timeout: 1_500 },
  );
  expect(answer).not.toBe("ok");
  await channel.httpSend("frame", forged).catch(() => {});
  await fetch(`${target.api_url}/realtime/v1/api/broadcast`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: target.publishable_key },
    body: JSON.stringify({
      messages: [{ topic: `session:${sessionId}`, event: "frame", payload: forged, private: true }],
    }),
  });
  // A frame that the database sends afterwards arrives, so the forged ones would have arrived before it.
  await agent.post([thought("After the forgeries.")]);
  await expect.poll(() => JSON.stringify(heard)).toContain("After the forgeries.");
  expect(JSON.stringify(heard)).not.toContain('"from_seq":1,');
});

test("an outsider reads by RPC", async () => {
  const events = await outsider.rpc("session_events", { session_id: sessionId });
  expect(events.error).toBeNull();
  expect(events.data.slice(0, 2)).toMatchObject([{ seq: 1, type: "status" }, { seq: 2 }]);
  const head = await outsider.rpc("session_head", { session_id: sessionId });
  expect(head.data).toMatchObject({ session_id: sessionId, agent_id: agent.agent_id, live: true });
  const profile = await outsider.rpc("find_agent", { agent_id: agent.agent_id });
  expect(profile.data).toMatchObject({ agent_id: agent.agent_id, visibility: "public" });
  expect((await outsider.rpc("find_agent", { agent_id: "no-such-agent" })).data).toBeNull();
});

test("an outsider can't select, insert, update or delete", async () => {
  const tables = ["ai_agents", "ai_agent_sessions", "ai_stream_events", "ai_stream_messages"];
  for (const table of tables) {
    const column = table === "ai_agents" ? "agent_id" : "session_id";
    const key = table === "ai_agent_sessions" ? "id" : column;
    const value = table === "ai_agents" ? agent.agent_id : sessionId;
    const select = await outsider.from(table).select("*").limit(1);
    const insert = await outsider.from(table).insert([{ [key]: value }] as never);
    const update = await outsider
      .from(table)
      .update({ [key]: value } as never)
      .eq(key, value);
    const remove = await outsider.from(table).delete().eq(key, value);
    for (const { error, status } of [select, insert, update, remove]) {
      expect(error?.code, table).toBe("42501");
      expect(status).toBe(401);
    }
  }
});

test("an outsider can't call the functions' RPCs", async () => {
  for (const [name, args] of [
    ["append_events", { key_hash: "0".repeat(64), batch: {} }],
    ["register_agent", { profile: {}, key_hash: "", key_prefix: "", headers: null }],
    ["post_message", { message: {}, headers: {} }],
  ] as const) {
    const { error, status } = await outsider.rpc(name, args);
    expect(error?.code, name).toBe("42501");
    expect(status).toBe(401);
  }
});

test("invariant 8: nothing of the private schema can be read", async () => {
  for (const table of ["agent_keys", "viewers", "rate_buckets", "session_air"]) {
    const hidden = await outsider.schema("private").from(table).select("*");
    expect(hidden.error?.code).toBe("PGRST106");
    const absent = await outsider.from(table).select("*");
    expect(absent.error?.code).toBe("PGRST205");
  }
});

test("an outsider never sees a private session, and sees an unlisted one only by its id", async () => {
  const hidden = await register({ visibility: "private" });
  const { session_id: hiddenId } = await hidden.post([thought("Alone.")]);
  const unlisted = await register({ visibility: "unlisted" });
  const { session_id: unlistedId } = await unlisted.post([thought("Among friends.")]);

  expect((await outsider.rpc("session_events", { session_id: unlistedId })).data).toHaveLength(1);
  for (const { agent_id: agentId } of [hidden, unlisted]) {
    expect((await outsider.rpc("find_sessions", { agent_id: agentId })).data).toEqual([]);
    expect((await outsider.rpc("find_agent", { agent_id: agentId })).data).toBeNull();
  }
  const head = await outsider.rpc("session_head", { session_id: hiddenId });
  expect(head.status).toBe(404);
  // At the same time: Realtime answers each refused join after five seconds.
  const refused = await Promise.all([hiddenId, unlistedId].map((id) => listen(`session:${id}`)));
  expect(refused.map(({ state }) => state)).toEqual(["CHANNEL_ERROR", "CHANNEL_ERROR"]);
  const told = await outsider.rpc("session_head", { session_id: unlistedId });
  const allowed = outsider.channel(told.data.topic, { config: { private: true } });
  expect(await join(allowed)).toBe("SUBSCRIBED");
  await outsider.removeChannel(allowed);
});

test("an outsider can't filter or sort an RPC's rows with its own expressions", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([thought("needle"), thought("hay")]);
  const ask = async (query: string) => {
    const headers = { apikey: target.publishable_key };
    const url = `${target.api_url}/rest/v1/rpc/session_events?session_id=${sessionId}${query}`;
    const answer = await fetch(url, { headers });
    return { status: answer.status, body: await answer.json() };
  };
  const plain = await ask("");
  expect([plain.status, plain.body.length]).toEqual([200, 2]);
  for (const query of [
    "&data->>content=ilike.*needle*",
    "&data->>content=match.n.*e",
    "&or=(data->>content.ilike.*needle*,id.eq.x)",
    "&type=eq.code",
    "&select=data",
    "&order=data->>content",
  ]) {
    const { status, body } = await ask(query);
    const isWhole = status === 200 && JSON.stringify(body) === JSON.stringify(plain.body);
    expect(isWhole || status >= 400, `${query} ${status} ${JSON.stringify(body)}`).toBe(true);
  }
});
