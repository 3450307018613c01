/** Ingest's promises about order, repetition and acknowledgement. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { type Answer, readEvents, readSessions, send } from "./request.ts";
import { target } from "./target.ts";

const numbered = (count: number, start = 0) =>
  Array.from({ length: count }, (_, n) => ({ id: `e${start + n}`, ...thought(`${start + n}`) }));

const sum = (answers: Answer[], field: string): number =>
  answers.reduce((total, { body }) => total + body[field], 0);

test("invariant 2: batches sent at once get gapless positions, each batch in one piece", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([thought("first")]);
  const batches = Array.from({ length: 20 }, (_, n) => numbered(1 + (n % 7), 100 * n));
  const replies = await Promise.all(
    batches.map((events) => agent.post(events, { session_id: sessionId })),
  );
  const stored = await readEvents(sessionId);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  expect(stored).toHaveLength(1 + batches.flat().length);
  for (const [n, batch] of batches.entries()) {
    const lastSeq = replies[n]?.last_seq ?? 0;
    const piece = stored.slice(lastSeq - batch.length, lastSeq);
    expect(piece.map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
  }
});

test("invariant 3: the same batch sent five times at once is stored once", async () => {
  const agent = await register();
  const batch = { agent_id: agent.agent_id, events: numbered(10) };
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => send("ingest", { key: agent.api_key, body: batch })),
  );
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(1);
  expect(sum(answers, "accepted")).toBe(10);
  expect(sum(answers, "duplicates")).toBe(40);
  expect(await readEvents(answers[0]?.body.session_id)).toHaveLength(10);
});

describe.runIf(target.db_url)("deleting an agent while it appends ends in no deadlock", () => {
  /** An agent with a session; before its first batch of a day, nothing counts its bytes. */
  async function agentBefore(observer: Client, batch: string) {
    const { api_key: apiKey, agent_id: agentId, post } = await register();
    const { session_id: sessionId } = await post([thought("first")]);
    const keyHash = createHash("sha256").update(apiKey).digest("hex");
    const touch = "update private.agent_keys set last_used_at = null where agent_id = $1";
    await observer.query(touch, [agentId]);
    for (const table of ["session_days", "session_day_counts"]) {
      await observer.query(`delete from private.${table} where session_id = $1`, [sessionId]);
    }
    if (batch === "first") {
      await observer.query("delete from private.stored_bytes where agent_id = $1", [agentId]);
    }
    const event = { id: "e1", at: new Date().toISOString(), ...thought("meanwhile") };
    const sent = { agent_id: agentId, session_id: sessionId, events: [event] };
    return {
      sessionId,
      append: (client: Client) =>
        client.query("select append_events($1, $2) as reply", [keyHash, JSON.stringify(sent)]).then(
          ({ rows }) => rows[0].reply,
          ({ code, detail }) => `${code} ${detail}`,
        ),
      remove: (client: Client) =>
        client
          .query("delete from ai_agents where agent_id = $1", [agentId])
          .then(({ rowCount }) => rowCount, String),
    };
  }

  test.each(["first", "next"])("the %s batch of a day", async (batch) => {
    const clients = await Promise.all([connect(), connect(), connect()]);
    const [observer, appending, deleting] = clients;
    try {
      const { sessionId, append, remove } = await agentBefore(observer, batch);
      await observer.query("begin");
      await observer.query("select 1 from ai_agent_sessions where id = $1 for no key update", [
        sessionId,
      ]);
      const appended = append(appending);
      await expect.poll(() => isBlocked(observer, appending)).toBe(true);
      const removed = remove(deleting);
      await expect.poll(() => isBlocked(observer, deleting)).toBe(true);
      await observer.query("commit");
      // In a deadlock, Postgres ends one of them after a second.
      expect(await Promise.all([appended, removed])).toMatchObject([
        { accepted: 1, last_seq: 2 },
        1,
      ]);
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  });

  test("a batch that waited for the deletion gets 401 or 404", async () => {
    const clients = await Promise.all([connect(), connect(), connect()]);
    const [observer, appending, deleting] = clients;
    try {
      for (const [batch, refusal] of [
        ["first", "PT401 unknown_key"],
        ["next", "PT404 session_not_found"],
      ] as const) {
        const { append, remove } = await agentBefore(observer, batch);
        await deleting.query("begin");
        expect(await remove(deleting)).toBe(1);
        const appended = append(appending);
        await expect.poll(() => isBlocked(observer, appending)).toBe(true);
        await deleting.query("commit");
        expect(await appended).toBe(refusal);
      }
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  });
});

async function connect(): Promise<Client & { pid: number }> {
  const client = new Client(target.db_url);
  await client.connect();
  const { rows } = await client.query("select pg_backend_pid() as pid");
  return Object.assign(client, { pid: rows[0].pid as number });
}

async function isBlocked(observer: Client, { pid }: { pid: number }): Promise<boolean> {
  const { rows } = await observer.query("select cardinality(pg_blocking_pids($1)) > 0 as yes", [
    pid,
  ]);
  return rows[0].yes;
}

test("invariant 3: a repeated id changes nothing, beside new events and inside its own batch", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post(numbered(2));
  const changed = { ...thought("changed"), id: "e0" };
  const reply = await agent.post([changed, ...numbered(1, 7), ...numbered(1, 7)], {
    session_id: sessionId,
  });
  expect(reply).toMatchObject({ accepted: 1, duplicates: 2, last_seq: 3 });
  const stored = await readEvents(sessionId);
  expect(stored.map(({ id, data }) => [id, data.content])).toEqual([
    ["e0", "0"],
    ["e1", "1"],
    ["e7", "7"],
  ]);
});

test("invariant 3: the last batch of a session can be sent again after it has ended", async () => {
  const agent = await register();
  const last = [...numbered(1), { id: "end", ...status("done") }];
  const first = await agent.post(last);
  const again = await agent.post(last);
  expect(again).toMatchObject({ session_id: first.session_id, accepted: 0, duplicates: 2 });
  expect(await readSessions(agent.agent_id)).toHaveLength(1);
});

test("invariant 4: an acknowledged event is readable at once", async () => {
  const agent = await register();
  for (let n = 0; n < 10; n++) {
    const { session_id: sessionId, last_seq: lastSeq } = await agent.post(numbered(3, 3 * n));
    expect(lastSeq).toBe(3 * (n + 1));
    expect(await readEvents(sessionId)).toHaveLength(lastSeq);
  }
});

test("the first batches of an agent, sent at once, open one session", async () => {
  const agent = await register();
  await Promise.all(Array.from({ length: 6 }, (_, n) => agent.post(numbered(1, n))));
  expect(await readSessions(agent.agent_id)).toMatchObject([{ to_seq: 6 }]);
});

test("startSession opens a session under the client's id, however often it is sent", async () => {
  const agent = await register();
  const startSession = crypto.randomUUID();
  for (const n of [0, 1, 1]) await agent.post(numbered(1, n), { start_session: startSession });
  expect(await readSessions(agent.agent_id)).toMatchObject([
    { session_id: startSession, to_seq: 2 },
  ]);
});

test("after the end of a session events open a new one", async () => {
  const agent = await register();
  const first = await agent.post([...numbered(1), status("offline")]);
  const second = await agent.post([thought("again")]);
  expect(second).toMatchObject({ accepted: 1, last_seq: 1 });
  expect(second.session_id).not.toBe(first.session_id);
  const sessions = await readSessions(agent.agent_id);
  expect(sessions.map(({ ended_at: endedAt }) => endedAt === null)).toEqual([true, false]);
});

test("events come back as they were sent", async () => {
  const agent = await register();
  const at = "2026-11-22T10:00:00.123Z";
  const events = [
    {
      id: "ü-1",
      type: "thought",
      at,
      data: {
        thought_type: "tool",
        content: "🎭 é\n",
        priority: "detail",
        metadata: { tool: "rg", free: [1, { x: null }] },
      },
    },
    {
      id: "2",
      type: "code",
      at,
      data: { filename: "a b.ts", action: "write", content: "\u2028\t\u0001", language: "ts" },
    },
    {
      id: "3",
      type: "terminal",
      at,
      data: { stream: "stderr", text: "\u001b[31mred\u001b[0m", exit_code: -1 },
    },
    { id: "4", type: "usage", at, data: { input_tokens: 9_007_199_254_740_991, cost_usd: 0.1 } },
  ];
  const { session_id: sessionId } = await agent.post(events);
  const stored = await readEvents(sessionId);
  expect(stored.map(({ id, type, data }) => ({ id, type, data }))).toEqual(
    events.map(({ id, type, data }) => ({ id, type, data })),
  );
  expect(stored.map((event) => Date.parse(event.at))).toEqual(events.map(() => Date.parse(at)));
});

test("a batch is taken gzipped, with the key in any of its places", async () => {
  const agent = await register();
  const body = gzipSync(JSON.stringify({ agent_id: agent.agent_id, events: [thought("zipped")] }));
  for (const headers of [
    { authorization: `Bearer ${agent.api_key}` },
    { "x-kulti-key": agent.api_key },
    { authorization: `Basic ${btoa(`${agent.agent_id}:${agent.api_key}`)}` },
  ] as Record<string, string>[]) {
    const answer = await send("ingest", {
      headers: { ...headers, "content-encoding": "gzip" },
      body,
    });
    expect([answer.status, answer.body.accepted]).toEqual([200, 1]);
  }
});

test("an event and a batch of the largest size are taken", async () => {
  const agent = await register();
  const file = {
    type: "code",
    data: { filename: "big", action: "write", content: "x".repeat(1_048_576) },
  };
  const { session_id: sessionId } = await agent.post([file]);
  await agent.post(numbered(500), { session_id: sessionId });
  // A page ends at its bytes, and holds at least one event.
  const [largest, ...more] = await readEvents(sessionId);
  expect(largest?.data.content).toHaveLength(1_048_576);
  expect(more).toEqual([]);
  expect(await readEvents(sessionId, 1)).toHaveLength(500);
});

test("four megabytes of different words are taken, in the time that the database gives", async () => {
  const agent = await register();
  const words = (n: number) =>
    Array.from({ length: 9_000 }, (_, i) => ((i + 1) * (n + 1) * 7_919).toString(36)).join(" ");
  const texts = Array.from({ length: 60 }, (_, n) => words(n).slice(0, 65_536));
  const events = texts.map((text) => ({ type: "terminal", data: { stream: "stdout", text } }));
  expect(JSON.stringify(events).length).toBeGreaterThan(3_000_000);
  expect(await agent.post(events)).toMatchObject({ accepted: 60 });
});

test("flushMs is told with every acknowledgement", async () => {
  const agent = await register();
  const { flush_ms: flushMs } = await agent.post([thought("x")]);
  expect(flushMs).toBeGreaterThanOrEqual(50);
  expect(flushMs).toBeLessThanOrEqual(5_000);
});
