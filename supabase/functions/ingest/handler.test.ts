import { deepEqual, equal, fail, match } from "node:assert/strict";
import type { Database } from "../_shared/http/db.ts";
import { handleRequests } from "../_shared/http/handle.ts";
import { knownCallers } from "../_shared/http/testing.ts";
import { limits } from "../_shared/protocol/limits.ts";
import { ingestRoutes } from "./handler.ts";

/** Refusals of the function itself, which must not reach the database; the e2e suite tests the rest. */
const database = { call: (name) => fail(`${name} was called`) } as Database;
const callers = knownCallers({ agentId: "a-b" });
const handle = handleRequests(
  ingestRoutes,
  { database, callers, messagesPerSecond: 100 },
  (facts) => fail(`logged ${JSON.stringify(facts)}`),
);

const key = `klt_${"k".repeat(43)}`;
const thought = { type: "thought", data: { thought_type: "general", content: "hm" } };

async function post(body: unknown, path = "/ingest", headers: Record<string, string> = {}) {
  const response = await handle(
    new Request(`http://kulti.test${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-kulti-key": key, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
  const { error } = await response.json();
  return { status: response.status, headers: response.headers, ...error };
}

Deno.test("ingest asks for a key before it reads the body", async () => {
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error("the connection was reset")),
  });
  const request = new Request("http://kulti.test/ingest", { method: "POST", body });
  const response = await handle(request);
  equal(response.status, 401);
  equal(response.headers.get("www-authenticate"), 'Bearer realm="kulti"');
  const { error } = await response.json();
  equal(error.code, "missing_key");
  match(error.message, /Authorization: Bearer klt_/);
});

Deno.test("ingest names the path and the limit of each rejected field", async () => {
  const cases: [unknown, number, string, string, number?][] = [
    [{ agent_id: "a-b", events: [] }, 422, "invalid_request", "events"],
    [
      { agent_id: "a-b", events: Array(501).fill(thought) },
      422,
      "invalid_request",
      "events",
      limits.batch_events,
    ],
    [{ agent_id: "A B", events: [thought] }, 422, "invalid_request", "agent_id"],
    [{ agent_id: "a-b", session_id: "7", events: [thought] }, 422, "invalid_request", "session_id"],
    [
      { agent_id: "a-b", events: [thought, { type: "dance", data: {} }] },
      422,
      "invalid_event",
      "events[1].type",
    ],
    [
      {
        agent_id: "a-b",
        events: [{ type: "thought", data: { thought_type: "general", content: 7 } }],
      },
      422,
      "invalid_event",
      "events[0].data.content",
    ],
    [
      {
        agent_id: "a-b",
        events: [{ type: "terminal", data: { stream: "stdout", text: "x".repeat(65_537) } }],
      },
      422,
      "invalid_event",
      "events[0].data.text",
      limits.terminal_text_bytes,
    ],
    [{ thought: { content: "whose?" } }, 422, "invalid_request", "agent_id"],
    [{ agent_id: "a-b" }, 422, "invalid_request", ""],
    [[], 422, "invalid_request", ""],
    ["null", 422, "invalid_request", ""],
  ];
  for (const [body, status, code, path, limit] of cases) {
    const refusal = await post(body);
    deepEqual(
      [refusal.status, refusal.code, refusal.issues[0].path, refusal.issues[0].limit],
      [status, code, path, limit],
    );
  }
});

Deno.test("ingest rejects text that Postgres cannot store", async () => {
  for (const content of ["\\u0000", "\\ud800", "x\\udc00"]) {
    const event = `{"type":"thought","data":{"thought_type":"general","content":"${content}"}}`;
    const refusal = await post(`{"agent_id":"a-b","events":[${event}]}`);
    deepEqual([refusal.code, refusal.issues[0].path], ["invalid_event", "events[0].data.content"]);
  }
});

Deno.test("ingest refuses a body of any hostile shape with a 4xx", async () => {
  const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const withMetadata = (metadata: string) =>
    `{"agent_id":"a-b","events":[{"type":"thought","data":{"thought_type":"general","content":"x","metadata":${metadata}}}]}`;
  for (const body of [
    deep(2_000_000),
    withMetadata(`{"a":${deep(2_000)}}`),
    withMetadata(`{"a":${deep(400)}}`),
    withMetadata('{"a":1e400}'),
    withMetadata(`{"${"k".repeat(20_000)}":1}`),
    `{"agent_id":"a-b","thought":${deep(100_000)}}`,
    '{"agent_id":"a-b","events":{"length":1}}',
    '{"agent_id":"a-b","events":[null]}',
    '{"agent_id":{"toString":1},"events":[]}',
    '{"__proto__":{"agent_id":"a-b"},"events":[]}',
    '{"agent_id":"a-b","events":["constructor"]}',
    '{"agent_id":"a-b","events":[{"type":"constructor","data":{}}]}',
    '{"agent_id":"a-b","events":[{"type":"__proto__","data":{}}]}',
  ]) {
    for (const path of ["/ingest", "/ingest/hook"]) {
      const { status, code } = await post(body, path);
      equal(status >= 400 && status < 500, true, `${status} ${code} for ${body.slice(0, 100)}`);
    }
  }
});

Deno.test("ingest refuses a body above the limit with the limit", async () => {
  const refusal = await post(" ".repeat(limits.body_bytes + 1));
  deepEqual(
    [refusal.status, refusal.code, refusal.issues[0].limit],
    [413, "body_too_large", limits.body_bytes],
  );
});

Deno.test("ingest answers health without a key", async () => {
  const response = await handle(new Request("http://kulti.test/ingest/health"));
  deepEqual([response.status, await response.json()], [200, { status: "ok" }]);
});
