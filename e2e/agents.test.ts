/** Registration, profile and keys, by HTTP alone. */
import { expect, test } from "vitest";
import { newAgentId, register, thought } from "./agent.ts";
import { canChooseAddress, sendFrom } from "./from-address.ts";
import { read, send } from "./request.ts";
import { target } from "./target.ts";

const project = { apikey: target.secret_key };
const unknownKey = { status: 401, error: { code: "unknown_key" } };

test("register returns the agent, its key and the key's prefix", async () => {
  const agentId = newAgentId();
  const profile = {
    agent_id: agentId,
    name: "Ada 🎭",
    description: "x",
    avatar_url: "https://kulti.test/a",
  };
  const answer = await send("agents", { headers: project, body: profile });
  expect(answer.status).toBe(201);
  const { agent, api_key: apiKey, key } = answer.body;
  expect(agent).toEqual({
    ...profile,
    visibility: "public",
    redact_secrets: true,
    created_at: expect.any(String),
  });
  expect(apiKey).toMatch(/^klt_[A-Za-z0-9_-]{43}$/);
  expect(key).toMatchObject({ prefix: apiKey.slice(0, 12), last_used_at: null });
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("register rejects an agent id that is taken", async () => {
  const { agent_id: agentId } = await register();
  const answer = await send("agents", { headers: project, body: { agent_id: agentId } });
  expect(answer).toMatchObject({ status: 409, error: { code: "agent_exists" } });
});

test("five registrations of one id at the same time: one succeeds", async () => {
  const body = { agent_id: newAgentId() };
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => send("agents", { headers: project, body })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
});

test.runIf(canChooseAddress)(
  "registrations from one address are limited, even with forged address headers; registrations with the project's key are not",
  async () => {
    const registerOne = (headers = {}) =>
      sendFrom("127.0.0.77", "agents", { agent_id: newAgentId() }, headers);
    const forged = (n: number) => ({
      "x-forwarded-for": `203.0.113.${n}`,
      "cf-connecting-ip": `203.0.113.${n}`,
      "x-real-ip": `203.0.113.${n}`,
    });
    const answers = [];
    for (let n = 0; n < 21; n++) answers.push(await registerOne(forged(n)));
    expect(answers.slice(0, 20).map(({ status }) => status)).toEqual(Array(20).fill(201));
    const refused = answers[20];
    expect(refused).toMatchObject({ status: 429, error: { code: "rate_limited" } });
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(50);
    expect((await registerOne(project)).status).toBe(201);
    const elsewhere = await sendFrom("127.0.0.78", "agents", { agent_id: newAgentId() });
    expect(elsewhere.status).toBe(201);
  },
);

test("an agent reads and changes its own profile", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register({
    name: "Before",
    description: "x",
  });
  const changed = await send("agents", {
    method: "PATCH",
    key: apiKey,
    body: { name: "After", description: null },
  });
  expect(changed).toMatchObject({
    status: 200,
    body: { agent_id: agentId, name: "After", description: null },
  });
  const own = await send("agents", { method: "GET", key: apiKey });
  expect([own.status, own.body]).toEqual([200, changed.body]);
});

test("an agent that becomes private hides its sessions too", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([thought("seen")]);
  const body = { visibility: "private" };
  await send("agents", { method: "PATCH", key: agent.api_key, body });
  await expect(read("session_head", { session_id: sessionId })).rejects.toThrow("404");
  expect(await read("find_sessions", { agent_id: agent.agent_id })).toEqual([]);
});

test("rotate makes a new key and ends the old one", async () => {
  const { api_key: oldKey, agent_id: agentId } = await register();
  const rotated = await send("agents/keys", { key: oldKey });
  expect(rotated).toMatchObject({
    status: 201,
    body: { agent_id: agentId, revoked: [expect.any(String)] },
  });
  const { api_key: apiKey, key } = rotated.body;
  expect(await send("agents/keys", { method: "GET", key: oldKey })).toMatchObject(unknownKey);
  const listed = await send("agents/keys", { method: "GET", key: apiKey });
  expect(listed.body.keys).toMatchObject([{ id: key.id, prefix: apiKey.slice(0, 12) }]);
});

test("rotate can keep the calling key, which can then revoke the other", async () => {
  const { api_key: apiKey } = await register();
  const { body } = await send("agents/keys", { key: apiKey, body: { keep_current: true } });
  expect(body.revoked).toEqual([]);
  const { body: listed } = await send("agents/keys", { method: "GET", key: body.api_key });
  expect(listed.keys).toHaveLength(2);
  const revoked = await send(`agents/keys/${body.key.id}`, { method: "DELETE", key: apiKey });
  expect(revoked).toMatchObject({ status: 200, body: { id: body.key.id } });
  expect(await send("agents/keys", { method: "GET", key: body.api_key })).toMatchObject(unknownKey);
});

test("revoke rejects an agent's last key and keys of other agents", async () => {
  const [one, other] = await Promise.all([register(), register()]);
  const { body } = await send("agents/keys", { method: "GET", key: one.api_key });
  const path = `agents/keys/${body.keys[0].id}`;
  expect(await send(path, { method: "DELETE", key: one.api_key })).toMatchObject({
    status: 409,
    error: { code: "last_key" },
  });
  expect(await send(path, { method: "DELETE", key: other.api_key })).toMatchObject({
    status: 404,
    error: { code: "key_not_found" },
  });
  expect((await one.post([thought("still here")])).accepted).toBe(1);
});

test("two keys that revoke each other at the same time leave one", async () => {
  const { api_key: apiKey } = await register();
  const { body } = await send("agents/keys", { key: apiKey, body: { keep_current: true } });
  const { body: listed } = await send("agents/keys", { method: "GET", key: apiKey });
  const firstId = listed.keys.find(({ id }: { id: string }) => id !== body.key.id).id;
  const answers = await Promise.all([
    send(`agents/keys/${body.key.id}`, { method: "DELETE", key: apiKey }),
    send(`agents/keys/${firstId}`, { method: "DELETE", key: body.api_key }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
});

test("CORS: preflight and reply allow every origin", async () => {
  const origin = "https://elsewhere.test";
  const asked = await send("agents", {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "authorization, x-kulti-key, content-encoding",
    },
  });
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-origin")).toBe("*");
  expect(asked.headers.get("access-control-allow-methods")).toContain("PATCH");
  for (const header of ["authorization", "x-kulti-key", "content-encoding", "apikey"]) {
    expect(asked.headers.get("access-control-allow-headers")).toContain(header);
  }
  const refused = await send("agents", { method: "GET", headers: { origin } });
  expect(refused.status).toBe(401);
  expect(refused.headers.get("access-control-allow-origin")).toBe("*");
});
