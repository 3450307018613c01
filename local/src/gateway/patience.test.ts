/** Deliberately slow callers over raw sockets; beside each, an honest one gets its response. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { keysOf, randomSecrets } from "../keys.ts";
import { freePort, host } from "../ports.ts";
import type { Service } from "../service.ts";
import { type Gateway, startGateway } from "./index.ts";
import type { Patience } from "./patience.ts";

const large = 20_000_000;
const patience: Patience = {
  headersMs: 300,
  bodyMs: 300,
  bodyBytesPerSecond: 100_000,
  unreadMs: 500,
  connections: 40,
  checkMs: 20,
};

let gateway: Gateway;
let apikey: string;
/** Of bodies that did not come to their end. */
const aborted: unknown[] = [];
const log: string[] = [];

/** Reads the body and answers its length, or much at once, or bit by bit before it has read. */
const service: Service = {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/large") return new Response(Buffer.alloc(large));
    if (pathname === "/begun") return new Response(request.body);
    if (pathname === "/never-reads") return new Promise(() => {});
    request.signal.addEventListener("abort", () => aborted.push(request.signal.reason.message));
    const body = await request.arrayBuffer();
    return new Response(String(body.byteLength));
  },
  async close() {},
};

beforeAll(async () => {
  const keys = await keysOf(randomSecrets());
  apikey = keys.publishable_key;
  const sockets = new WebSocketServer({ noServer: true });
  const realtime: Service = {
    ...service,
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (websocket) => websocket.send("hello"));
    },
  };
  const services = { rest: service, functions: service, realtime };
  gateway = await startGateway({
    port: await freePort(),
    keys,
    services,
    patience,
    log: (line) => log.push(line),
  });
});
afterAll(() => gateway?.close());

interface Raw {
  socket: Socket;
  answer: () => string;
  closed: Promise<void>;
}

function open(text: string): Raw {
  const socket = connect(Number(new URL(gateway.url).port), host);
  socket.write(text);
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  return { socket, answer: () => answer, closed };
}

const post = (path: string, bytes: number) =>
  `POST /functions/v1${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${bytes}\r\n\r\n`;

const honest = async () =>
  (await fetch(`${gateway.url}/functions/v1/f`, { method: "POST", body: "abc" })).text();

/** Writes a piece every 50 ms until the connection is over. */
async function drip({ socket }: Raw, piece: string): Promise<void> {
  while (socket.writable) {
    socket.write(piece);
    await sleep(50);
  }
}

test("headers that do not end get 408 with a reason, even while bytes arrive", async () => {
  const silent = open("");
  const slow = open("GET /functions/v1/f HTTP/1.1\r\n");
  void drip(slow, "X: 1\r\n");
  await Promise.all([silent.closed, slow.closed]);
  for (const { answer } of [silent, slow]) {
    expect(answer()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(answer()).toContain('{"message":"Request Timeout"}');
  }
  expect(await honest()).toBe("3");
});

test("a body that does not arrive gets 408, its service is told, and the connection closes", async () => {
  aborted.length = 0;
  const stuck = open(`${post("/f", 10)}abc`);
  const slow = open(post("/f", 1_000_000));
  void drip(slow, "a");
  const unread = open(`${post("/never-reads", 10)}abc`);
  expect(await honest()).toBe("3");
  await Promise.all([stuck.closed, slow.closed, unread.closed]);
  for (const { answer } of [stuck, slow, unread]) {
    expect(answer()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(answer()).toContain("The request's body did not arrive in time.");
  }
  expect(aborted).toHaveLength(2);
  expect(await honest()).toBe("3");
});

test("a slow body above the minimum rate is read to its end", async () => {
  const raw = open(post("/f", 200_000));
  for (let n = 0; n < 20; n++) {
    raw.socket.write("a".repeat(10_000));
    await sleep(40);
  }
  await expect.poll(raw.answer).toContain("200000");
  raw.socket.destroy();
});

test("a slow body closes the connection if the answer has begun or does not need the body", async () => {
  const begun = open(`${post("/begun", 10)}abc`);
  await expect.poll(begun.answer).toContain("200 OK");
  const needless = open(
    `GET /functions/v1/f HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 10\r\n\r\n`,
  );
  await expect.poll(needless.answer).toContain("200 OK");
  await Promise.all([begun.closed, needless.closed]);
});

test("a caller who reads nothing is cut off; a slow reader gets the whole answer", async () => {
  const get = `GET /functions/v1/large HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  const deaf = open(get);
  deaf.socket.pause();
  const slow = open(get);
  let read = 0;
  slow.socket.removeAllListeners("data");
  slow.socket.on("data", (data) => {
    read += data.length;
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), 5);
  });
  const beganAt = performance.now();
  await slow.closed;
  expect(performance.now() - beganAt).toBeGreaterThan(patience.unreadMs);
  expect(read).toBeGreaterThan(large);
  deaf.socket.resume();
  await deaf.closed;
  expect(deaf.answer().length).toBeLessThan(large);
});

test("an idle WebSocket and a kept-alive connection are not slow callers", async () => {
  const socket = new WebSocket(
    `${gateway.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${apikey}`,
  );
  await new Promise((resolve) => socket.once("message", resolve));
  const kept = open(`GET /functions/v1/f HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await expect.poll(kept.answer).toContain("200 OK");
  // Who sends nothing meanwhile is closed.
  const silent = open("");
  await Promise.all([silent.closed, sleep(3 * patience.headersMs)]);
  kept.socket.write(`${post("/f", 2)}ab`);
  await expect.poll(kept.answer).toMatch(/\r\n2$/);
  const pong = new Promise((resolve) => socket.once("pong", resolve));
  socket.ping();
  await pong;
  socket.close();
  kept.socket.destroy();
});

test("connections over the limit are closed at once, and there is room again when others close", async () => {
  const held = Array.from({ length: patience.connections + 5 }, () => open(post("/f", 10)));
  await expect.poll(() => log.some((line) => line.includes("over 40 connections"))).toBe(true);
  for (const { socket } of held) socket.destroy();
  await expect.poll(() => honest().catch(() => "")).toBe("3");
});
