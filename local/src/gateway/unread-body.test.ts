import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Keys, keysOf, randomSecrets } from "../keys.ts";
import { freePort, host } from "../ports.ts";
import type { Service } from "../service.ts";
import { type Gateway, startGateway } from "./index.ts";

let gateway: Gateway;
let keys: Keys;

/** Refuses large bodies by their announced length, unread. */
const service: Service = {
  async fetch(request) {
    if (Number(request.headers.get("content-length")) > 100_000) {
      return Response.json({ message: "too large" }, { status: 413 });
    }
    return Response.json({ length: (await request.text()).length });
  },
  async close() {},
};

beforeAll(async () => {
  keys = await keysOf(randomSecrets());
  const services = { rest: service, functions: service, realtime: service };
  gateway = await startGateway({ port: await freePort(), keys, services });
});
afterAll(() => gateway?.close());

test("a refusal arrives whole, and the gateway leaves the rest of the body unread", async () => {
  const socket = connect(Number(new URL(gateway.url).port), host);
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write("POST /rest/v1/notes HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n");
  const piece = Buffer.alloc(1_000_000);
  const send = () => {
    if (!socket.destroyed) socket.write(piece, send);
  };
  send();
  await Promise.race([closed, sleep(5_000)]);
  expect(socket.destroyed).toBe(true);
  expect(answer).toMatch(/^HTTP\/1.1 401 .*connection: close.*No API key found in request.*\}$/is);
  // Its buffers and the kernel's.
  expect(socket.bytesWritten).toBeLessThan(30_000_000);
});

test("a caller of refused bodies sees each answer, and its next requests pass", async () => {
  const post = async (bytes: number) => {
    const headers = { apikey: keys.publishable_key };
    const init = { method: "POST", headers, body: "x".repeat(bytes) };
    const reply = await fetch(`${gateway.url}/rest/v1/notes`, init);
    return [reply.status, await reply.json()];
  };
  for (const bytes of [150_000, 300_000, 1_000_000, 20_000_000]) {
    expect(await post(bytes)).toEqual([413, { message: "too large" }]);
    expect(await post(50_000)).toEqual([200, { length: 50_000 }]);
  }
});
