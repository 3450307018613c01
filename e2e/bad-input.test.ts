/** A bad request gets the right status, a stable code, the path and the limit, and stores nothing. */
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { register, status, type TestAgent, thought } from "./agent.ts";
import { readEvents, readSessions, type Sent, send } from "./request.ts";
import { target } from "./target.ts";

let agent: TestAgent;
let other: TestAgent;
let sessionId: string;
let endedSessionId: string;

beforeAll(async () => {
  [agent, other] = await Promise.all([register(), register()]);
  ({ session_id: endedSessionId } = await agent.post([thought("First."), status("done")]));
  ({ session_id: sessionId } = await agent.post([thought("Second.")]));
});

async function expectNothingStored(): Promise<void> {
  expect(await readSessions(agent.agent_id)).toMatchObject([
    { session_id: sessionId, to_seq: 1 },
    { session_id: endedSessionId, to_seq: 2, status: "done" },
  ]);
  expect(await readSessions(other.agent_id)).toEqual([]);
  expect(await readEvents(sessionId)).toHaveLength(1);
}

/** Two good events around a bad one: a batch is accepted whole or not at all. */
const around = (event: unknown) => ({ events: [thought("a"), event, thought("b")] });
const eventWith = (data: unknown, type = "thought") => around({ type, data });
const said = (content: unknown) => eventWith({ thought_type: "general", content });

type Expected = [status: number, code: string, path?: string, limit?: number];

/** Fields to send with the agent's id and, unless they name another, its open session. */
const bodies: [string, Record<string, unknown>, Expected][] = [
  ["no events at all", { events: [] }, [422, "invalid_request", "events"]],
  ["events that are no list", { events: "x" }, [422, "invalid_request", "events"]],
  [
    "501 events",
    { events: Array(501).fill(thought("x")) },
    [422, "invalid_request", "events", 500],
  ],
  [
    "a key that is not known",
    { evnts: 1, events: [thought("x")] },
    [422, "invalid_request", "evnts"],
  ],
  [
    "a session id that is no UUID",
    { session_id: "7", events: [thought("x")] },
    [422, "invalid_request", "session_id"],
  ],
  [
    "a new session's id that is no UUID",
    { session_id: undefined, start_session: "7", events: [thought("x")] },
    [422, "invalid_request", "start_session"],
  ],
  [
    "an agent id that is a number",
    { agent_id: 7, events: [thought("x")] },
    [422, "invalid_request", "agent_id"],
  ],
  [
    "an unknown type",
    around({ type: "dance", data: {} }),
    [422, "invalid_event", "events[1].type"],
  ],
  ["an event without data", around({ type: "thought" }), [422, "invalid_event", "events[1].data"]],
  ["an event that is null", around(null), [422, "invalid_event", "events[1]"]],
  ["content that is a number", said(7), [422, "invalid_event", "events[1].data.content"]],
  [
    "content that is too long",
    said("x".repeat(65_537)),
    [422, "invalid_event", "events[1].data.content", 65_536],
  ],
  [
    "content whose bytes are too many",
    said("é".repeat(32_769)),
    [422, "invalid_event", "events[1].data.content", 65_536],
  ],
  ["NUL in content", said("a\0b"), [422, "invalid_event", "events[1].data.content"]],
  [
    "a lone surrogate in content",
    said("a\ud800b"),
    [422, "invalid_event", "events[1].data.content"],
  ],
  [
    "NUL in a key of metadata",
    eventWith({ thought_type: "tool", content: "x", metadata: { "a\0": 1 } }),
    [422, "invalid_event", "events[1].data.metadata"],
  ],
  [
    "a thought of an unknown type",
    eventWith({ thought_type: "dream", content: "x" }),
    [422, "invalid_event", "events[1].data.thought_type"],
  ],
  [
    "a preview that is no web address",
    eventWith({ url: "javascript:alert(1)" }, "preview"),
    [422, "invalid_event", "events[1].data.url"],
  ],
  [
    "a write without content",
    eventWith({ filename: "a", action: "write" }, "code"),
    [422, "invalid_event", "events[1].data.content"],
  ],
  [
    "an unknown status",
    eventWith({ status: "asleep" }, "status"),
    [422, "invalid_event", "events[1].data.status"],
  ],
  [
    "a time that is none",
    around({ ...thought("x"), at: "yesterday" }),
    [422, "invalid_event", "events[1].at"],
  ],
  [
    "an event id that is too long",
    around({ ...thought("x"), id: "x".repeat(129) }),
    [422, "invalid_event", "events[1].id", 128],
  ],
];

describe("ingest refuses", () => {
  test.each(bodies)("%s", async (_name, fields, [httpStatus, code, path, limit]) => {
    const answer = await send("ingest", {
      key: agent.api_key,
      body: { agent_id: agent.agent_id, session_id: sessionId, ...fields },
    });
    expect([answer.status, answer.error?.code]).toEqual([httpStatus, code]);
    expect(answer.error?.issues?.[0]?.path).toBe(path);
    expect(answer.error?.issues?.[0]?.limit).toBe(limit);
    await expectNothingStored();
  });

  const gzip = { "content-encoding": "gzip" };
  const valid = () =>
    JSON.stringify({ agent_id: agent.agent_id, session_id: sessionId, events: [thought("x")] });
  const requests: [string, () => Partial<Sent>, Expected][] = [
    ["what is no JSON", () => ({ body: '{"agent_id": klt_secret' }), [400, "malformed_json"]],
    ["an empty body", () => ({ body: "" }), [400, "malformed_json"]],
    ["a list", () => ({ body: [] }), [422, "invalid_request", ""]],
    [
      "invalid UTF-8",
      () => ({ body: Buffer.from(valid().replace('"x"', '"\xff"'), "latin1") }),
      [400, "malformed_body"],
    ],
    [
      "gzip that is cut off",
      () => ({ headers: gzip, body: gzipSync(valid()).subarray(0, -9) }),
      [400, "malformed_body"],
    ],
    ["gzip that is none", () => ({ headers: gzip, body: valid() }), [400, "malformed_body"]],
    [
      "a gzip bomb",
      () => ({ headers: gzip, body: gzipSync(Buffer.alloc(100_000_000, " ")) }),
      [413, "body_too_large", "", 4_194_304],
    ],
    [
      "a body of 5 MB",
      () => ({ body: " ".repeat(5_000_000) }),
      [413, "body_too_large", "", 4_194_304],
    ],
    [
      "two million brackets",
      () => ({ body: "[".repeat(2_000_000) }),
      [422, "invalid_request", "", 500],
    ],
    [
      "a form",
      () => ({ headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=b" }),
      [415, "unsupported_media_type"],
    ],
    [
      "another compression",
      () => ({ headers: { "content-encoding": "br" }, body: valid() }),
      [415, "unsupported_media_type"],
    ],
    ["no key", () => ({ headers: { authorization: "" }, body: valid() }), [401, "missing_key"]],
    ["a key of the wrong shape", () => ({ key: "klt_short", body: valid() }), [401, "unknown_key"]],
    [
      "a key that nobody has",
      () => ({ key: `klt_${"x".repeat(43)}`, body: valid() }),
      [401, "unknown_key"],
    ],
    [
      "the key of another agent",
      () => ({ key: other.api_key, body: valid() }),
      [403, "wrong_agent"],
    ],
    [
      "a session that is not there",
      () => ({
        body: { agent_id: agent.agent_id, session_id: crypto.randomUUID(), events: [thought("x")] },
      }),
      [404, "session_not_found"],
    ],
    [
      "the session of another agent",
      () => ({
        key: other.api_key,
        body: { agent_id: other.agent_id, session_id: sessionId, events: [thought("x")] },
      }),
      [404, "session_not_found"],
    ],
    [
      "the taken id of another agent's session for a new one",
      () => ({
        key: other.api_key,
        body: { agent_id: other.agent_id, start_session: sessionId, events: [thought("x")] },
      }),
      [404, "session_not_found"],
    ],
    [
      "new events in a session that has ended",
      () => ({
        body: { agent_id: agent.agent_id, session_id: endedSessionId, events: [thought("x")] },
      }),
      [409, "session_ended"],
    ],
  ];

  test.each(requests)("%s", async (_name, request, [httpStatus, code, path, limit]) => {
    const answer = await send("ingest", { key: agent.api_key, ...request() });
    expect([answer.status, answer.error?.code]).toEqual([httpStatus, code]);
    expect(answer.error?.issues?.[0]?.path).toBe(path);
    expect(answer.error?.issues?.[0]?.limit).toBe(limit);
    expect(answer.error?.message).not.toContain("klt_secret");
    expect(answer.error?.request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    await expectNothingStored();
  });

  test("a body that ends before its announced length", async () => {
    const { hostname, port } = new URL(target.api_url);
    const body = JSON.stringify({
      agent_id: agent.agent_id,
      session_id: sessionId,
      events: [thought("x")],
    });
    const socket = connect(Number(port || 80), hostname);
    let answer = "";
    socket.on("data", (bytes) => {
      answer += bytes;
    });
    socket.end(
      [
        "POST /functions/v1/ingest HTTP/1.1",
        `Host: ${hostname}`,
        `Authorization: Bearer ${agent.api_key}`,
        "Content-Type: application/json",
        `Content-Length: ${body.length + 1}`,
        "",
        body,
      ].join("\r\n"),
    );
    await once(socket, "close");
    // A gateway may hang up on a caller who hangs up.
    if (answer !== "") expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    await expectNothingStored();
  });

  test("unknown paths and methods get 404 and 405", async () => {
    const paths: [string, string, number, string][] = [
      ["POST", "ingest/nowhere", 404, "route_not_found"],
      ["GET", "ingest", 405, "method_not_allowed"],
      ["PUT", "agents", 405, "method_not_allowed"],
      ["DELETE", "agents/keys/7", 400, "malformed_path"],
      ["PATCH", "chat", 405, "method_not_allowed"],
    ];
    for (const [method, path, httpStatus, code] of paths) {
      const answer = await send(path, { method, key: agent.api_key });
      expect([answer.status, answer.error?.code], `${method} ${path}`).toEqual([httpStatus, code]);
    }
  });
});
