/** Viewers talk to the agent, the agent answers. */
import { createClient } from "@supabase/supabase-js";
import { Client } from "pg";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { read, send } from "./request.ts";
import { target } from "./target.ts";

interface Line {
  seq: number;
  id: string;
  sender: string;
  name: string;
  text: string;
}

async function openSession() {
  const agent = await register({ name: "Ada's agent" });
  const { session_id: sessionId } = await agent.post([thought("Ask me.")]);
  const say = (text: string, more: Record<string, unknown> = {}) =>
    send("chat", {
      body: { session_id: sessionId, viewer_id: crypto.randomUUID(), name: " Ada ", text, ...more },
    });
  const lines = () => read<Line[]>("session_messages", { session_id: sessionId });
  return { agent, session_id: sessionId, say, lines };
}

test("a viewer's line is stored and reaches the agent once, with its next acknowledgement", async () => {
  const { agent, session_id: sessionId, say, lines } = await openSession();
  const posted = await say("Why <b>this</b>?");
  expect(posted).toMatchObject({
    status: 201,
    body: {
      message: {
        seq: 1,
        session_id: sessionId,
        sender: "viewer",
        name: "Ada",
        text: "Why <b>this</b>?",
      },
    },
  });
  expect(await lines()).toMatchObject([posted.body.message]);
  const { messages } = await agent.post([thought("a")]);
  expect(messages).toMatchObject([{ seq: 1, text: "Why <b>this</b>?" }]);
  expect((await agent.post([thought("b")])).messages).toEqual([]);
});

test("messages_after returns the chat after the message that the agent names", async () => {
  const { agent, say } = await openSession();
  await say("one");
  await say("two");
  const again = await agent.post([thought("a")], { messages_after: 1 });
  expect(again.messages.map(({ text }) => text)).toEqual(["two"]);
});

test("the agent reads the chat and answers under its own name", async () => {
  const { agent, session_id: sessionId, say, lines } = await openSession();
  await say("one");
  const waiting = await send(`chat?session_id=${sessionId}`, {
    method: "GET",
    key: agent.api_key,
  });
  expect(waiting.body.messages).toMatchObject([{ seq: 1, text: "one" }]);
  const answered = await send("chat", {
    key: agent.api_key,
    body: { session_id: sessionId, text: "Because." },
  });
  expect(answered).toMatchObject({
    status: 201,
    body: { message: { seq: 2, sender: "agent", name: "Ada's agent", text: "Because." } },
  });
  expect((await lines()).map(({ sender }) => sender)).toEqual(["viewer", "agent"]);
  await say("two");
  const path = `chat?session_id=${sessionId}&after=1`;
  const later = await send(path, { method: "GET", key: agent.api_key });
  expect(later.body.messages.map(({ text }: Line) => text)).toEqual(["two"]);
});

test("a line sent twice under one id is stored once", async () => {
  const { say, lines } = await openSession();
  const id = crypto.randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => say("Once.", { id })));
  expect(answers.map(({ status, body }) => [status, body.message.seq])).toEqual(
    Array(3).fill([201, 1]),
  );
  expect(await lines()).toHaveLength(1);
});

test("lines of many viewers at once get gapless positions", async () => {
  const { say, lines } = await openSession();
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => say(`line ${n}`)));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
  expect((await lines()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a viewer who writes too fast gets 429 with Retry-After", async () => {
  const { say, lines } = await openSession();
  const viewerId = crypto.randomUUID();
  for (let n = 0; n < 5; n++) expect((await say(`${n}`, { viewer_id: viewerId })).status).toBe(201);
  const refused = await say("5", { viewer_id: viewerId });
  expect(refused).toMatchObject({ status: 429, error: { code: "rate_limited" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(refused.headers.get("access-control-expose-headers")).toContain("retry-after");
  expect(await lines()).toHaveLength(5);
});

test("chat rejects sessions that are unknown, private, ended or another agent's", async () => {
  const { agent, session_id: sessionId, say, lines } = await openSession();
  const [other, hidden] = await Promise.all([register(), register({ visibility: "private" })]);
  const { session_id: hiddenId } = await hidden.post([thought("alone")]);
  const notFound = { status: 404, error: { code: "session_not_found" } };
  expect(await say("x", { session_id: crypto.randomUUID() })).toMatchObject(notFound);
  expect(await say("x", { session_id: hiddenId })).toMatchObject(notFound);
  const body = { session_id: sessionId, text: "x" };
  expect(await send("chat", { key: other.api_key, body })).toMatchObject(notFound);
  const path = `chat?session_id=${sessionId}`;
  expect(await send(path, { method: "GET", key: other.api_key })).toMatchObject(notFound);
  await agent.post([status("done")], { session_id: sessionId });
  expect(await say("x")).toMatchObject({ status: 409, error: { code: "session_ended" } });
  expect(await lines()).toEqual([]);
});

test("chat rejects bad lines with path and limit, and stores nothing", async () => {
  const { session_id: sessionId, say, lines } = await openSession();
  const cases: [Record<string, unknown>, string, number?][] = [
    [{ session_id: "7" }, "session_id"],
    [{ text: "x".repeat(4_097) }, "text", 4_096],
    [{ text: "a\0b" }, "text"],
    [{ text: "a\udc00" }, "text"],
    [{ name: "agent:\nAda" }, "name"],
    [{ viewer_id: "x".repeat(65) }, "viewer_id", 64],
    [{ sender: "agent" }, "sender"],
  ];
  for (const [fields, path, limit] of cases) {
    const { status: httpStatus, error } = await say("x", fields);
    expect([httpStatus, error?.code]).toEqual([422, "invalid_request"]);
    expect([error?.issues?.[0]?.path, error?.issues?.[0]?.limit]).toEqual([path, limit]);
  }
  const huge = await say("x".repeat(70_000));
  expect(huge).toMatchObject({ status: 413, error: { code: "body_too_large" } });
  expect(huge.error?.issues?.[0]?.limit).toBe(16_384);
  expect(await read("session_head", { session_id: sessionId })).toMatchObject({ messages_to: 0 });
  expect(await lines()).toEqual([]);
});

test("the stock client posts through functions.invoke, with and without an agent's key", async () => {
  const { agent, session_id: sessionId } = await openSession();
  const outsider = createClient(target.api_url, target.publishable_key);
  const body = { session_id: sessionId, viewer_id: "v", name: "Ada", text: "From a browser." };
  const posted = await outsider.functions.invoke("chat", { body });
  expect([posted.error, posted.data.message.sender]).toEqual([null, "viewer"]);
  const answered = await outsider.functions.invoke("chat", {
    body: { session_id: sessionId, text: "From the agent." },
    headers: { "x-kulti-key": agent.api_key },
  });
  expect([answered.error, answered.data.message.sender]).toEqual([null, "agent"]);
});

test("a viewer can take neither the agent's name nor an invisible one", async () => {
  const { agent, say, lines } = await openSession();
  const names = ["Ada's agent", "\u0410da's  AGENT", "Ada's\u200b agent", agent.agent_id, "\u3164"];
  for (const name of names) {
    const refused = await say("It is me.", { name });
    expect(refused, name).toMatchObject({ status: 422, error: { code: "invalid_request" } });
    expect(refused.error?.message).toMatch(/name/);
  }
  expect((await say("It is me.", { name: "Ada's friend" })).status).toBe(201);
  expect(await lines()).toHaveLength(1);
});

test.runIf(target.db_url)(
  "repeating a stored line does not wait for the session's lock",
  async () => {
    const { session_id: sessionId, say } = await openSession();
    const id = crypto.randomUUID();
    await say("once", { id });
    const database = new Client(target.db_url);
    await database.connect();
    await database.query("begin");
    await database.query("select 1 from ai_agent_sessions where id = $1 for update", [sessionId]);
    const said: string[] = [];
    const newLine = say("twice").then(() => said.push("new"));
    expect((await say("once", { id })).body.message.seq).toBe(1);
    said.push("repeated");
    await database.query("rollback");
    await newLine;
    expect(said).toEqual(["repeated", "new"]);
    await database.end();
  },
);
