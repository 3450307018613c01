/** Every wait of a viewer has an end, and its word is true meanwhile. A real server that goes silent, on a real socket. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ConnectionState, createKultiApi, watchSession, withTimeLimit } from "./index.ts";
import { createRealtime } from "./realtime.ts";

interface Asked {
  after_seq?: number;
}

let server: Server;
let url: string;
let answer: (path: string, respond: (body: unknown) => void, asked: Asked) => void;
let upgrades: Duplex[];

beforeEach(async () => {
  upgrades = [];
  server = createServer(async (request, response) => {
    const asked = await text(request).catch(() => "");
    const respond = (body: unknown) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    answer(request.url ?? "", respond, JSON.parse(asked || "{}"));
  });
  // A handshake that is never answered.
  server.on("upgrade", (_request, socket) => {
    socket.on("error", () => {});
    upgrades.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  for (const socket of upgrades) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const sessionId = "5e55104e-0000-4000-8000-000000000001";
const head = { session_id: sessionId, to_seq: 2, messages_to: 0 };
const event = (seq: number) => ({ seq, type: "thought", data: {} });

test("reads and touches that are never answered time out and are retried", async () => {
  const asked: string[] = [];
  answer = (path, respond, { after_seq: afterSeq }) => {
    const name = path.split("/").at(-1) ?? "";
    asked.push(name);
    // The first of each kind hangs for good.
    if (asked.filter((one) => one === name).length === 1) return;
    if (name === "session_events") respond(afterSeq === 0 ? [event(1), event(2)] : []);
    else respond(name === "touch_viewer" ? head : []);
  };
  const seen: number[] = [];
  const states: ConnectionState[] = [];
  const api = createKultiApi({
    apiUrl: url,
    publishableKey: "sb_publishable_x",
    silenceMs: 400,
  });
  const watch = watchSession({
    api,
    sessionId,
    viewerId: crypto.randomUUID(),
    touchMs: 300,
    handlers: {
      events: (batch) => seen.push(...batch.map(({ seq }) => seq)),
      messages() {},
      head() {},
      connection: (state) => states.push(state),
      problem() {},
    },
  });
  try {
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([1, 2]);
    await expect
      .poll(() => asked.filter((name) => name === "touch_viewer").length)
      .toBeGreaterThan(2);
    expect(states).not.toContain("live");
    // The handshake that is never answered is tried anew as well.
    await expect.poll(() => upgrades.length).toBeGreaterThan(1);
  } finally {
    watch.stop();
    await api.realtime.disconnect();
  }
});

test("an answer that is not Kulti's is a temporary failure, whatever its status", async () => {
  const api = createKultiApi({ apiUrl: url, publishableKey: "sb_publishable_x" });
  for (const body of [{}, null, "x", [1], { session_id: 7, to_seq: 1 }]) {
    answer = (_path, respond) => respond(body);
    const asked = [
      api.touchViewer(sessionId, "v"),
      ...(Array.isArray(body) ? [] : [api.sessionEvents(sessionId), api.findSessions()]),
    ];
    for (const one of asked) {
      await expect(one).rejects.toMatchObject({ code: "internal", status: 200 });
    }
  }
});

test("withTimeLimit ends silence before and within an answer, but not a slow answer", async () => {
  const limited = withTimeLimit(fetch, 200);
  const stream = (pieces: number, gapMs: number) =>
    createServer(async (_request, response) => {
      response.writeHead(200);
      for (let piece = 0; piece < pieces; piece++) {
        response.write("x");
        await new Promise((resolve) => setTimeout(resolve, gapMs));
      }
      if (gapMs < 200) response.end();
    });
  const ask = async (talker: Server) => {
    await new Promise<void>((resolve) => talker.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = talker.address() as AddressInfo;
      return await (await limited(`http://127.0.0.1:${port}`)).text();
    } finally {
      talker.closeAllConnections();
      talker.close();
    }
  };
  expect(await ask(stream(8, 50))).toBe("xxxxxxxx");
  await expect(ask(stream(1, 60_000))).rejects.toThrow("no answer within 200 ms");
  await expect(ask(createServer(() => {}))).rejects.toThrow("no answer within 200 ms");
  const deaf = withTimeLimit(() => new Promise(() => {}), 50);
  await expect(deaf(url)).rejects.toThrow("no answer within 50 ms");
});

test("withTimeLimit passes on the caller's signal, and the answer unchanged", async () => {
  const stop = new AbortController();
  answer = () => stop.abort(new Error("enough"));
  const limited = withTimeLimit(fetch);
  await expect(limited(url, { signal: stop.signal })).rejects.toThrow("enough");
  const given = new Response(null, { status: 204, headers: { "x-kulti": "1" } });
  const empty = await withTimeLimit(async () => given)(url);
  expect([empty.status, empty.headers.get("x-kulti")]).toEqual([204, "1"]);
});

test("a handshake that is never answered times out and is retried", async () => {
  const realtime = createRealtime({
    url: `${url.replace("http", "ws")}/realtime/v1`,
    publishableKey: "x",
    handshakeMs: 200,
  });
  realtime.connect();
  try {
    await expect.poll(() => upgrades.length, { timeout: 5_000 }).toBeGreaterThan(2);
  } finally {
    await realtime.disconnect();
  }
});
