/** What stands between an agent and Kulti may answer in its place: nothing of it silences the agent or loses an event. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { numbers, testAgents } from "../../test/agents.ts";
import { type Fault, sessionId } from "../../test/server.ts";
import { createIngest } from "./ingest.ts";
import type { QueuedEvent } from "./queue.ts";
import { createSession } from "./session.ts";

const run = testAgents();
const { start, contents } = run;
const lost = (): number => run.problems.reduce((sum, { dropped }) => sum + dropped, 0);

const page = (status: number, headers: Record<string, string> = {}): Fault => ({
  kind: "status",
  status,
  body: `<html><body>${status}</body></html>`,
  headers: { "content-type": "text/html", ...headers },
});
const json = (status: number, body: unknown): Fault => ({ kind: "status", status, body });

const reply = {
  session_id: sessionId,
  accepted: 1,
  duplicates: 0,
  last_seq: 1,
  flush_ms: 5,
  messages: [],
};

test.each<[string, Fault]>([
  ["a page with 404", page(404)],
  ["a page with 401", page(401)],
  ["a page with 403", page(403)],
  ["a page with 400", page(400)],
  ["a page with 413", page(413)],
  ["a page with 502", page(502)],
  ["a page with 200", page(200)],
  [
    "a gateway's 404",
    json(404, { code: "NOT_FOUND", message: "Requested function was not found" }),
  ],
  ["a gateway's 401", json(401, { msg: "Error: Missing authorization header" })],
  ["a worker's 546", json(546, { code: "WORKER_LIMIT", message: "No resources" })],
  ["an error of an unknown code", json(403, { error: { code: "blocked", message: "No." } })],
  ["an error with 200", json(200, { error: { code: "unknown_key", message: "No." } })],
  ["{}", json(200, {})],
  ["null", json(200, null)],
  ["an acknowledgement without a session", json(200, { ...reply, session_id: undefined })],
  ["an acknowledgement with a position that is none", json(200, { ...reply, last_seq: "1" })],
  ["an acknowledgement of fewer events", json(200, reply)],
])("%s does not count as an answer: the events are sent again", async (_, fault) => {
  const agent = start({ maxBatchEvents: 50 });
  run.server.faults.push(...Array.from({ length: 12 }, () => fault));
  for (const content of numbers(160)) agent.think(content);
  await agent.flush();
  expect(run.server.faults).toEqual([]);
  expect(contents()).toEqual(numbers(160));
  expect(agent.pending).toBe(0);
  expect(run.problems.map(({ code }) => code)).toEqual(["unreachable"]);
  agent.think("on stage still");
  await agent.flush();
  expect(contents().at(-1)).toBe("on stage still");
});

test("a redirect is not followed: no other host gets the key or the events", async () => {
  const asked: string[] = [];
  const foreign = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers.authorization}`);
    response.end("{}");
  });
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  const location = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`;
  try {
    for (const status of [301, 302, 307, 308]) run.server.faults.push(page(status, { location }));
    const agent = start();
    agent.think("private");
    await agent.flush();
    expect(contents()).toEqual(["private"]);
    expect(run.problems[0]?.message).toContain(`it redirects to ${location}`);
    // The foreign host was there all the time.
    expect((await fetch(location)).status).toBe(200);
    expect(asked).toEqual(["GET undefined"]);
  } finally {
    foreign.close();
  }
});

test.each([413, 504, 546])(
  "a proxy's page with %i for large bodies halves the batches and loses no small event",
  async (status) => {
    run.server.judge = (batch) =>
      JSON.stringify(batch).length > 9_000
        ? (page(status) as Extract<Fault, { kind: "status" }>)
        : null;
    const agent = start();
    const sent = numbers(160).map((number) => `${number} `.padEnd(300, "x"));
    for (const content of sent) agent.think(content);
    await agent.flush();
    expect(contents()).toEqual(sent);
    expect(lost()).toBe(0);
  },
);

test("a large event that is refused again and again is dropped alone, with one warning", async () => {
  let refusals = 0;
  run.server.judge = (batch) => {
    if (!JSON.stringify(batch).includes("yyyy")) return null;
    if (batch.events.length === 1) refusals++;
    return page(413) as Extract<Fault, { kind: "status" }>;
  };
  const agent = start();
  agent.think("before");
  agent.code("big.bin", "y".repeat(20_000));
  agent.think("after");
  await agent.flush();
  expect(contents()).toEqual(["before", "after"]);
  expect(refusals).toBeGreaterThanOrEqual(5);
  const dropped = run.problems.filter((problem) => problem.dropped > 0);
  expect(dropped).toMatchObject([{ code: "too_large", dropped: 1, eventType: "code" }]);
  expect(dropped[0]?.message).toMatch(/code, 20,\d\d\d bytes.*it answered 413/);
});

test("no event is dropped while Kulti answers nothing else either", async () => {
  run.server.isHealthy = false;
  run.server.judge = () => page(504) as Extract<Fault, { kind: "status" }>;
  const agent = start();
  agent.code("big.bin", "y".repeat(20_000));
  await expect.poll(() => run.server.requests.length).toBeGreaterThan(20);
  expect(agent.pending).toBe(1);
  run.server.judge = () => null;
  await agent.flush();
  expect(contents()).toEqual(["code"]);
  expect(lost()).toBe(0);
});

test("an event that Kulti's database refuses is dropped alone, and the others are sent", async () => {
  run.server.judge = (batch) =>
    JSON.stringify(batch).includes("poison")
      ? {
          kind: "status",
          status: 422,
          body: { error: { code: "invalid_request", message: "No." } },
        }
      : null;
  const agent = start();
  for (const content of ["a", "poison", "b", "c"]) agent.think(content);
  await agent.flush();
  expect(contents()).toEqual(["a", "b", "c"]);
  expect(run.problems).toMatchObject([{ code: "invalid_event", dropped: 1 }]);
});

test("a fetch that never answers and ignores its signal times out", async () => {
  let calls = 0;
  const agent = start({
    timeoutMs: 50,
    fetch: (url, init) => (++calls < 3 ? new Promise(() => {}) : fetch(url, init)),
  });
  agent.think("patient");
  await agent.flush();
  expect(contents()).toEqual(["patient"]);
});

test.each([1e9, Number.NaN, -1, "soon"])("a flush_ms of %s is ignored", async (flushMs) => {
  const body = { ...reply, flush_ms: flushMs } as never;
  const send = createIngest({
    agentId: "tester",
    session: createSession("continue"),
    transport: { post: async () => ({ kind: "done", status: 200, body }) } as never,
    probe: async () => true,
  });
  const outcome = await send([{} as QueuedEvent], new AbortController().signal);
  const paces = outcome.kind === "accepted" && outcome.reply.flush_ms;
  expect(paces).toBe(flushMs === 1e9 ? 10_000 : 0);
});

test("a chat line is retried until Kulti itself answers", async () => {
  const agent = start();
  agent.think("a");
  await agent.flush();
  run.server.faults.push(page(404), page(403), json(200, {}));
  agent.say("Hello");
  await agent.flush();
  expect(run.server.said.map(({ text }) => text)).toEqual(["Hello"]);
  expect(lost()).toBe(0);
});
