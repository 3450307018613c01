/** Clients of the original Kulti: their bodies, their headers, and the parts of a reply that they read. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { register } from "./agent.ts";
import { readEvents, readSessions, send } from "./request.ts";
import { target } from "./target.ts";

const run = promisify(execFile);

test("/ingest accepts a body of the original TypeScript and Python clients", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register();
  const answer = await send("ingest", {
    key: apiKey,
    body: {
      agentId: agentId,
      thought: { type: "decision", content: "Two parts.", metadata: { promptFor: "x" } },
      code: { filename: "app.py", content: "print(1)", action: "write", language: "python" },
      status: "working",
      task: { title: "Ship", description: null },
    },
  });
  expect([answer.status, answer.body.success, answer.body.accepted]).toEqual([200, true, 4]);
  const stored = await readEvents(answer.body.session_id);
  expect(stored.map(({ type }) => type).sort()).toEqual(["code", "status", "task", "thought"]);
  expect(stored.find(({ type }) => type === "thought")?.data).toMatchObject({
    thought_type: "decision",
    content: "Two parts.",
  });
});

test("/ingest/hook accepts a body of the original hooks", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register();
  const answer = await send("ingest/hook", {
    headers: { "x-kulti-key": apiKey },
    body: {
      agent_id: agentId,
      terminal: [
        { type: "command", content: "ls" },
        { type: "output", content: "a\nb" },
      ],
      terminal_append: true,
      stats: { commands: 1 },
    },
  });
  expect([answer.status, answer.body.ok]).toEqual([200, true]);
  const stored = await readEvents(answer.body.session_id);
  expect(stored.every(({ type }) => type === "terminal")).toBe(true);
  expect(JSON.stringify(stored)).toContain("a\\nb");
});

test("a body with counters alone is acknowledged and opens no session", async () => {
  const [agent, other] = await Promise.all([register(), register()]);
  const body = { agent_id: agent.agent_id, stats: { files: 1 } };
  const answer = await send("ingest/hook", { key: agent.api_key, body });
  expect([answer.status, answer.body]).toEqual([200, { ok: true, accepted: 0, duplicates: 0 }]);
  expect((await send("ingest", { key: agent.api_key, body })).body.success).toBe(true);
  expect(await readSessions(agent.agent_id)).toEqual([]);
  const foreign = await send("ingest", { key: other.api_key, body });
  expect(foreign).toMatchObject({ status: 403, error: { code: "wrong_agent" } });
});

test("the original shell client can carry its key in the server's URL", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register();
  const server = new URL(`${target.api_url}/functions/v1/ingest`);
  server.username = agentId;
  server.password = apiKey;
  const { stdout } = await run("curl", [
    ...["-s", "-X", "POST", `${server.href}/hook`],
    ...["-H", "Content-Type: application/json"],
    ...["-d", JSON.stringify({ agentId: agentId, thought: { type: "general", content: "Hello" } })],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, accepted: 1 });
});

test("clients without a key option can carry it in the server's address", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register();
  const server = `ingest/${apiKey}`;
  const body = { agent_id: agentId, thought: { type: "general", content: "Hello" } };
  expect((await send(server, { body })).body).toMatchObject({ success: true, accepted: 1 });
  expect((await send(`${server}/hook`, { body })).body).toMatchObject({ ok: true, accepted: 1 });
  expect((await send(`${server}/health`, { method: "GET" })).body).toEqual({ status: "ok" });
  const nobody = await send(`ingest/klt_${"x".repeat(43)}/hook`, { body });
  expect(nobody).toMatchObject({ status: 401, error: { code: "unknown_key" } });
  expect(JSON.stringify(nobody)).not.toContain("xxx");
});

test("a request without a key gets 401 that says where to put it", async () => {
  const answer = await send("ingest", { body: { agentId: "somebody", thinking: "x" } });
  expect(answer).toMatchObject({ status: 401, error: { code: "missing_key" } });
  expect(answer.error?.message).toContain("X-Kulti-Key: klt_");
});

test("health needs no key", async () => {
  const answer = await send("ingest/health", { method: "GET" });
  expect([answer.status, answer.body]).toEqual([200, { status: "ok" }]);
});
