import fc from "fast-check";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { joined, listen, runningProject, until, wsUrl } from "./test-project.ts";

const { project, server } = await runningProject();

interface RawClient {
  socket: WebSocket;
  received: unknown[];
  closed: () => number | undefined;
}

async function connect(vsn = "2.0.0", apikey = project.keys.publishable_key): Promise<RawClient> {
  const socket = new WebSocket(wsUrl(server, apikey, vsn));
  const received: unknown[] = [];
  let code: number | undefined;
  socket.on("message", (data) => received.push(JSON.parse(String(data))));
  socket.on("close", (closedWith) => {
    code = closedWith;
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return { socket, received, closed: () => code };
}

const heartbeat = JSON.stringify([null, "hb", "phoenix", "heartbeat", {}]);
const heartbeatReply = [null, "hb", "phoenix", "phx_reply", { status: "ok", response: {} }];

test("frames that are not messages are ignored, and the socket stays open", async () => {
  const { socket, received } = await connect();
  const text = [
    "",
    "{",
    "null",
    "[]",
    "17",
    '"x"',
    "[1,2,3]",
    "{}",
    "\u0000",
    `[${"[".repeat(9000)}`,
  ];
  for (const frame of text) socket.send(frame);
  const binary = [
    [],
    [3],
    [3, 255, 255, 255, 255, 255, 255],
    [9, 9, 9],
    [3, 0, 0, 0, 0, 1, 0, 123],
  ];
  for (const frame of binary) socket.send(Buffer.from(frame));
  socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  socket.send(heartbeat);
  await until(() => received.length > 0);
  expect(received).toEqual([heartbeatReply]);
  expect(server.log.some((line) => line.startsWith("MalformedWebSocketMessage"))).toBe(true);
  socket.close();
});

test("messages of wrong types get an error or no answer", async () => {
  const { socket, received } = await connect();
  const send = (...message: unknown[]) => socket.send(JSON.stringify(message));
  send(null, "1", 5, "x", {});
  send(null, "2", "realtime:nowhere", "broadcast", { event: "x" });
  send(null, "3", { a: 1 }, "phx_join", {});
  send(null, "4", "other:topic", "phx_join", {});
  send("5", "5", "realtime:", "phx_join", {});
  send("6", "6", "realtime:a", "phx_join", "payload");
  send("7", "7", "realtime:a", "phx_join", {
    config: { private: 7, broadcast: [], presence: null },
  });
  send("7", "8", "realtime:a", "access_token", { access_token: 9 });
  send("7", "9", "realtime:a", "presence", null);
  send("7", "10", "realtime:a", "presence", { event: "dance" });
  send("7", "11", "realtime:a", "no such event", null);
  const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  socket.send(`["7","13","realtime:a","broadcast",${deep}]`);
  send("old", "12", "realtime:a", "phx_leave", {});
  socket.send(heartbeat);
  await until(() => received.length === 10);
  const answers = received.map((message) => {
    const [, ref, , , payload] = message as [unknown, unknown, unknown, unknown, never];
    const { status, response } = payload as { status: string; response: { reason?: string } };
    return [ref, status, response.reason];
  });
  expect(answers).toEqual([
    ["1", "error", "unmatched topic"],
    ["2", "error", "unmatched topic"],
    ["3", "error", "unmatched topic"],
    ["4", "error", "unmatched topic"],
    ["5", "error", "TopicNameRequired: You must provide a topic name"],
    ["6", "error", "UnknownErrorOnChannel: expected the join payload to be a map"],
    ["7", "ok", undefined],
    ["9", "ok", undefined],
    ["10", "error", undefined],
    ["hb", "ok", undefined],
  ]);
  socket.close();
});

test("random frames, and valid ones with a random part, leave the server answering", async () => {
  const clients = [await connect("1.0.0"), await connect("2.0.0")];
  const topic = fc.oneof(fc.constant("realtime:fuzz"), fc.constant("phoenix"), fc.jsonValue());
  const events = ["phx_join", "phx_leave", "broadcast", "presence", "access_token", "heartbeat"];
  const event = fc.oneof(fc.constantFrom(...events), fc.jsonValue());
  const payload = fc.oneof(
    fc.jsonValue(),
    fc.record({ config: fc.jsonValue(), event: fc.string() }),
  );
  const message = fc
    .tuple(fc.jsonValue(), fc.jsonValue(), topic, event, payload)
    .map((parts) => JSON.stringify(parts));
  const object = fc
    .record({ topic, event, payload, ref: fc.jsonValue() })
    .map((o) => JSON.stringify(o));
  const bytes = fc.uint8Array({ maxLength: 40 }).map((rest) => Buffer.from([3, ...rest]));
  const frames = fc.sample(fc.oneof(message, object, bytes, fc.string()), {
    numRuns: 500,
    seed: 7,
  });
  for (const { socket } of clients) for (const frame of frames) socket.send(frame);
  const heard = await joined(listen(server.client(), "fuzz:after"));
  expect(heard.statuses).toEqual(["SUBSCRIBED"]);
  for (const { socket } of clients) socket.terminate();
});

test("a broadcast that is not a map closes its channel and nothing else", async () => {
  const { socket, received } = await connect("1.0.0");
  const send = (event: string, payload: unknown, ref: string) =>
    socket.send(JSON.stringify({ topic: "realtime:b", event, payload, ref, join_ref: "1" }));
  send("phx_join", {}, "1");
  send("broadcast", "text", "2");
  send("broadcast", {}, "3");
  await until(() => received.length === 3);
  expect(received).toMatchObject([
    { event: "phx_reply", ref: "1", payload: { status: "ok" } },
    { event: "phx_error", topic: "realtime:b" },
    { event: "phx_reply", ref: "3", payload: { response: { reason: "unmatched topic" } } },
  ]);
  socket.close();
});

test("a second join of a topic takes the place of the first", async () => {
  const { socket, received } = await connect();
  const join = (ref: string) =>
    socket.send(JSON.stringify([ref, ref, "realtime:c", "phx_join", { config: {} }]));
  join("1");
  join("2");
  await until(() => received.length === 3);
  const ok = { status: "ok", response: { postgres_changes: [] } };
  expect(received).toEqual([
    ["1", "1", "realtime:c", "phx_reply", ok],
    ["2", "2", "realtime:c", "phx_reply", ok],
    ["1", "1", "realtime:c", "phx_close", {}],
  ]);
  socket.close();
});

test("a frame over the limit closes the socket with 1009", async () => {
  const { socket, closed } = await connect("2.0.0", project.keys.serviceRoleJwt);
  socket.send("x".repeat(5_000_001));
  expect(await until(closed)).toBe(1009);
});

test("a frame without a secret key has a lower limit", async () => {
  const visitor = await connect();
  const trusted = await connect("2.0.0", project.keys.serviceRoleJwt);
  const frame = (bytes: number) => {
    const text = (filler: string) => `["1","1","phoenix","heartbeat",{"filler":"${filler}"}]`;
    return text("x".repeat(bytes - text("").length));
  };
  for (const { socket } of [visitor, trusted]) socket.send(frame(262_144));
  for (const { received } of [visitor, trusted]) await until(() => received.length === 1);
  for (const { socket } of [visitor, trusted]) socket.send(frame(262_145));
  expect(await until(visitor.closed)).toBe(1009);
  await until(() => trusted.received.length === 2);
  trusted.socket.close();
});

test("a handshake that is refused says why", async () => {
  const refused = (url: string) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.once("open", () => reject(new Error("it was accepted")));
      socket.once("error", () => {});
      socket.once("unexpected-response", (_, response) => {
        const parts: Buffer[] = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => {
          resolve([response.statusCode, JSON.parse(Buffer.concat(parts).toString())]);
        });
      });
    });
  const key = project.keys.publishable_key;
  expect(await refused(wsUrl(server, key, "3.0.0"))).toEqual([
    403,
    { error: "Protocol version 3.0.0 is not 1.0.0 or 2.0.0" },
  ]);
  expect(await refused(wsUrl(server, key).replace("websocket?", "elsewhere?"))).toEqual([
    404,
    { error: "Not found" },
  ]);
});

test("a broadcast over HTTP without a secret key has a lower limit", async () => {
  const post = async (bytes: number, apikey: string) => {
    const body = `{"a":"${"x".repeat(bytes - 8)}"}`;
    const headers = { "content-type": "application/json", apikey };
    const url = `${server.url}/realtime/v1/api/broadcast/t/events/e`;
    const reply = await fetch(url, { method: "POST", headers, body });
    return [reply.status, await reply.text()];
  };
  const { publishable_key: publishableKey, secret_key: secretKey } = project.keys;
  expect(await post(262_144, publishableKey)).toEqual([202, ""]);
  const message =
    "Cannot read the body: it has at least 262,145 bytes, limit 262,144 without a secret key.";
  expect(await post(262_145, publishableKey)).toEqual([413, JSON.stringify({ message })]);
  expect(await post(262_145, secretKey)).toEqual([202, ""]);
});

test("malformed HTTP requests get a 4xx", async () => {
  const status = async (path: string, init: RequestInit = {}) => {
    const headers = { apikey: project.keys.secret_key, ...init.headers };
    const url = `${server.url}/realtime/v1/api/${path}`;
    return (await fetch(url, { method: "POST", ...init, headers })).status;
  };
  const json = { "content-type": "application/json" };
  expect(await status("broadcast/t/events/e", { headers: json, body: "{" })).toBe(400);
  expect(await status("broadcast/%ff/events/e", { headers: json, body: "{}" })).toBe(400);
  expect(
    await status("broadcast/t/events/e", { headers: { "content-type": "text/html" }, body: "x" }),
  ).toBe(415);
  expect(
    await status("broadcast/t/events/e", { headers: json, body: `"${"x".repeat(3_100_000)}"` }),
  ).toBe(422);
  expect(await status("broadcast/t/events/e", { headers: json, body: "x".repeat(8_100_000) })).toBe(
    413,
  );
  expect(
    await status("broadcast", { headers: { ...json, authorization: "Bearer x" }, body: "{}" }),
  ).toBe(401);
  const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  const batch = `{"messages":[{"topic":"t","event":"e","payload":${deep}}]}`;
  expect(await status("broadcast", { headers: json, body: batch })).toBe(400);
  expect(await status("broadcast/t/events/e", { headers: json, body: deep })).toBe(202);
  const invalidUtf8 = new Uint8Array([0x22, 0xff, 0x22]);
  expect(await status("broadcast/t/events/e", { headers: json, body: invalidUtf8 })).toBe(400);
  expect(await status("tenants/realtime-dev")).toBe(404);
  expect(await status("broadcast/t/events/e", { headers: json, body: "{}" })).toBe(202);
});
