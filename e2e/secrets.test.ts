/** Secrets that an agent sends without the SDK are gone before anything is stored or shown. */
import { expect, test } from "vitest";
import { call, register, thought } from "./agent.ts";
import { readEvents, send } from "./request.ts";

/** Assembled here, so that source code scanners do not take them for leaked secrets. */
const random = "a8Fk29dLq0PzXw7TbN3mYc5RvH1sJe6G";
const token = `ghp_${random}abcd`;
const keyLines = [random + random, random.toLowerCase() + random].join("\n");
const terminal = (text: string) => ({ type: "terminal", data: { stream: "stdout", text } });

const stored = async (sessionId: string): Promise<string> =>
  JSON.stringify(await readEvents(sessionId));

test("a batch that curl sends: whole, split over two events, and a key of many lines", async () => {
  const agent = await register();
  const {
    session_id: sessionId,
    redacted,
    accepted,
  } = await agent.post([
    thought(`I use ${token}.`),
    terminal(`export TOKEN=${token.slice(0, 17)}`),
    terminal(`${token.slice(17)}\n-----BEGIN PRIVATE KEY-----\n${keyLines.slice(0, 40)}`),
    terminal(`${keyLines.slice(40)}\n-----END PRIVATE KEY-----\ndone\n`),
    { type: "code", data: { filename: ".env", action: "write", content: "DB_PASSWORD=hunter2\n" } },
  ]);
  expect([accepted, redacted]).toEqual([5, 4]);
  const rows = await stored(sessionId);
  for (const secret of [token.slice(4, 14), token.slice(20, 30), random.slice(0, 12), "hunter2"]) {
    expect(rows).not.toContain(secret);
  }
  expect(rows).toContain("done");
  expect(rows).toContain("[redacted-github-token]");
});

test("a batch of the original's clients", async () => {
  const agent = await register();
  const body = { agentId: agent.agent_id, thought: { content: `It is ${token}` }, terminal: token };
  const reply = await call("ingest", body, { "x-kulti-key": agent.api_key });
  expect(reply).toMatchObject({ success: true, redacted: 2 });
  expect(await stored(reply.session_id)).not.toContain(token.slice(4, 14));
});

test("a batch with secrets sent again is a duplicate", async () => {
  const agent = await register();
  const events = [{ id: "one", ...thought(`It is ${token}`) }];
  const { session_id: sessionId } = await agent.post(events);
  const before = await stored(sessionId);
  expect(await agent.post(events, { session_id: sessionId })).toMatchObject({
    accepted: 0,
    duplicates: 1,
  });
  expect(await stored(sessionId)).toBe(before);
});

test("an agent can turn redaction off and on again", async () => {
  const agent = await register({ redact_secrets: false });
  const kept = await agent.post([thought(token)]);
  expect(kept.redacted).toBe(0);
  expect(await stored(kept.session_id)).toContain(token);
  await send("agents", { method: "PATCH", key: agent.api_key, body: { redact_secrets: true } });
  const { session_id: sessionId, redacted } = await agent.post([thought(token)], {
    session_id: kept.session_id,
  });
  expect(redacted).toBe(1);
  expect(await stored(sessionId)).toContain("[redacted-github-token]");
});
