/** Invariant 10: nobody without a key makes ingest work, whatever is sent and however slowly. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { send } from "./request.ts";
import { target } from "./target.ts";

const madeUpKey = () => `klt_${crypto.randomUUID()}${"x".repeat(7)}`;
const gzip = { "content-encoding": "gzip" };

/** Sends these lines and what `write` adds, and answers all that comes back until the server hangs up. */
async function sendRaw(
  lines: string[],
  write: (
    socket: { write(bytes: string): unknown },
    isOpen: () => boolean,
  ) => Promise<void> = async () => {},
): Promise<{ status: number; headers: string; body: string }> {
  const { hostname, port } = new URL(target.api_url);
  const socket = connect(Number(port || 80), hostname);
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes;
  });
  socket.on("error", () => {});
  socket.write([...lines, `Host: ${hostname}`, "Connection: close", "", ""].join("\r\n"));
  const closed = once(socket, "close");
  await write(socket, () => !socket.closed && answer === "");
  await closed;
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    headers: head.toLowerCase(),
    body: rest.join("\r\n\r\n"),
  };
}

describe("a key that somebody made up", () => {
  test("is refused before the body is read", async () => {
    const { api_key: apiKey } = await register();
    const broken = { headers: gzip, body: "no gzip, which whoever reads it says" };
    for (const path of ["ingest", "ingest/hook"]) {
      const refused = await send(path, { ...broken, key: madeUpKey() });
      expect([refused.status, refused.error?.code], path).toEqual([401, "unknown_key"]);
      // The positive control: of a known agent the body is read.
      expect((await send(path, { ...broken, key: apiKey })).error?.code).toBe("malformed_body");
    }
    for (const [method, path] of [
      ["PATCH", "agents"],
      ["POST", "agents/keys"],
      ["POST", "chat"],
    ] as const) {
      const refused = await send(path, { ...broken, method, key: madeUpKey() });
      expect([refused.status, refused.error?.code], path).toEqual([401, "unknown_key"]);
      const read = await send(path, { ...broken, method, key: apiKey });
      expect(read.error?.code, path).toBe("malformed_body");
    }
  });

  test("costs an honest agent little time, with the dearest body there is", async () => {
    const { post } = await register();
    await post([thought("Before.")]);
    const keys = Array.from({ length: 400_000 }, (_, index) => `"k${index.toString(36)}":0`);
    const body = gzipSync(
      `{"agent_id":"a-b","thought":{"content":"a","metadata":{${keys.join(",").slice(0, 4_190_000)}}}}`,
      { level: 1 },
    );
    const strangers = Array.from({ length: 20 }, () =>
      send("ingest", { key: madeUpKey(), headers: gzip, body }),
    );
    const startedMs = performance.now();
    await post([thought("Meanwhile.")]);
    // It took 50 s when each of these bodies was inflated, parsed and converted; now some 0.5 s.
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    const codes = new Set((await Promise.all(strangers)).map(({ error }) => error?.code));
    expect([...codes]).toEqual(["unknown_key"]);
  });

  test("and a revoked one, which a worker may remember, stores nothing more", async () => {
    const { agent_id: agentId, api_key: apiKey, post } = await register();
    await post([thought("Before.")]);
    const rotated = await send("agents/keys", { key: apiKey, body: {} });
    expect(rotated.status).toBe(201);
    const body = { agent_id: agentId, events: [thought("After.")] };
    expect((await send("ingest", { key: apiKey, body })).error?.code).toBe("unknown_key");
    expect((await send("ingest", { key: rotated.body.api_key, body })).status).toBe(200);
  });
});

test("a body that comes too slowly is given up with 408", async () => {
  const { api_key: apiKey } = await register();
  const startedMs = performance.now();
  const { status, body } = await sendRaw(
    [
      "POST /functions/v1/ingest HTTP/1.1",
      `Authorization: Bearer ${apiKey}`,
      "Content-Type: application/json",
      "Content-Length: 1000000",
    ],
    async (socket, isOpen) => {
      while (isOpen() && performance.now() - startedMs < 30_000) {
        socket.write("  ");
        await sleep(100);
      }
    },
  );
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  expect([status, JSON.parse(body).error.code]).toEqual([408, "request_timeout"]);
}, 60_000);

describe("odd requests get a 4xx of the contract", () => {
  const odd: [string, string, string[], number, string?][] = [
    ["TRACE", "TRACE", [], 405],
    ["PUT", "PUT", [], 405, "method_not_allowed"],
    ["QUERY", "QUERY", [], 405, "method_not_allowed"],
    ["HEAD", "HEAD", [], 405],
    ["a method that nobody knows", "FOO", [], 400],
    ["two keys", "POST", ["X-Kulti-Key: a", "X-Kulti-Key: b"], 401, "unknown_key"],
    [
      "two authorizations",
      "POST",
      ["Authorization: Bearer a", "Authorization: Basic b"],
      401,
      "unknown_key",
    ],
    ["a huge key", "POST", [`X-Kulti-Key: ${"x".repeat(12_000)}`], 401, "unknown_key"],
    ["a huge login", "POST", [`Authorization: Basic ${"x".repeat(12_000)}`], 401, "unknown_key"],
    ["a control in a header", "POST", ["X-Kulti-Key: \u0001"], 400],
    ["two lengths", "POST", ["Content-Length: 1", "Content-Length: 2"], 400],
    ["an upgrade", "POST", ["Upgrade: websocket", "Connection: upgrade"], 404],
  ];
  test.each(odd)("%s", async (_name, method, lines, httpStatus, code) => {
    const answer = await sendRaw([`${method} /functions/v1/ingest HTTP/1.1`, ...lines]);
    expect(answer.status).toBe(httpStatus);
    if (code) {
      expect(JSON.parse(answer.body).error).toMatchObject({ code });
      expect(answer.headers).toContain("access-control-allow-origin: *");
    }
  });

  test.each([
    ["two types", { "content-type": "application/json, text/html" }],
    ["two encodings", { "content-encoding": "gzip, gzip" }],
    ["an unknown type", { "content-type": "application/msgpack" }],
  ])("%s", async (_name, headers) => {
    const { api_key: apiKey } = await register();
    const answer = await send("ingest", { key: apiKey, headers, body: "{}" });
    expect([answer.status, answer.error?.code]).toEqual([415, "unsupported_media_type"]);
  });
});
