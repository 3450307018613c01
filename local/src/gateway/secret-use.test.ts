/** Secret keys over real HTTP: where callers may use them. */
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type Keys, keysOf, randomSecrets } from "../keys.ts";
import { freePort, host } from "../ports.ts";
import { proxyTo } from "../proxy.ts";
import { type Gateway, startGateway } from "./index.ts";

let upstream: Server;
let keys: Keys;
let gateway: Gateway;
/** Stands behind a proxy that serves kulti.example. */
let proxied: Gateway;

beforeAll(async () => {
  keys = await keysOf(randomSecrets());
  upstream = createServer((_, response) => response.end("inside"));
  new WebSocketServer({ server: upstream });
  await new Promise<void>((resolve) => upstream.listen(0, host, resolve));
  const service = proxyTo(`http://${host}:${(upstream.address() as AddressInfo).port}`);
  const services = { rest: service, realtime: service, functions: service };
  gateway = await startGateway({ port: await freePort(), keys, services });
  const proxyHost = "kulti.example";
  proxied = await startGateway({ port: await freePort(), keys, services, proxyHost });
});
afterAll(async () => {
  await gateway?.close();
  await proxied?.close();
  upstream?.closeAllConnections();
  upstream?.close();
});

type Headers = Record<string, string>;

const get = (path: string, headers: Headers, at = gateway): Promise<number> =>
  new Promise((resolve, reject) => {
    request(new URL(path, at.url), { headers })
      .once("response", (response) => resolve(response.resume().statusCode ?? 0))
      .once("error", reject)
      .end();
  });

const upgrade = (key: string, headers: Headers): Promise<number> =>
  new Promise((resolve) => {
    const url = `${gateway.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${key}`;
    const socket = new WebSocket(url, { headers });
    socket.on("error", () => {});
    socket.once("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => {
      socket.terminate();
      resolve(101);
    });
  });

const port = () => new URL(gateway.url).port;

/** Each with whether a secret key may be used so. */
const uses: [name: string, headers: () => Headers, allowed: boolean][] = [
  ["without a browser", () => ({}), true],
  ["under the name localhost", () => ({ host: `localhost:${port()}` }), true],
  ["under a name below localhost", () => ({ host: `a.b.localhost:${port()}` }), true],
  ["under the loopback address of IPv6", () => ({ host: `[::1]:${port()}` }), true],
  ["by a page of the same origin", () => ({ origin: gateway.url }), true],
  ["by a person who types the address", () => ({ "sec-fetch-site": "none" }), true],
  ["by a page of the web", () => ({ origin: "https://evil.example" }), false],
  ["by a page of another server here", () => ({ origin: "http://127.0.0.1:4321" }), false],
  ["by a file or a sandboxed frame", () => ({ origin: "null" }), false],
  ["by a form or picture of the web", () => ({ "sec-fetch-site": "cross-site" }), false],
  ["by a picture of another server here", () => ({ "sec-fetch-site": "same-site" }), false],
  ["under a foreign name", () => ({ host: `evil.example:${port()}` }), false],
  ["under a name that only begins well", () => ({ host: "localhost.evil.example" }), false],
  ["under a name that only ends well", () => ({ host: "notlocalhost" }), false],
  [
    "by a page whose name was made to resolve here",
    () => ({ host: `evil.example:${port()}`, origin: `http://evil.example:${port()}` }),
    false,
  ],
];

test.each(uses)("a secret key %s: Data API, functions and WebSockets", async (_, of, allowed) => {
  const headers = of();
  const secret = keys.secret_key;
  const expected = allowed ? 200 : 401;
  expect(await get("/rest/v1/x", { ...headers, apikey: secret })).toBe(expected);
  expect(await get(`/rest/v1/x?apikey=${secret}`, headers)).toBe(expected);
  expect(await get(`/functions/v1/f?a=b&apikey=${secret}`, headers)).toBe(expected);
  expect(await get("/functions/v1/f", { ...headers, authorization: `Bearer ${secret}` })).toBe(
    expected,
  );
  expect(await upgrade(secret, headers)).toBe(allowed ? 101 : 401);
  // The publishable key works from everywhere.
  const apikey = keys.publishable_key;
  expect(await get("/rest/v1/x", { ...headers, apikey })).toBe(200);
  expect(await upgrade(apikey, headers)).toBe(101);
});

test("a JWT counts as secret unless its role is a visitor's, regardless of the signer", async () => {
  const token = (role: string) =>
    new SignJWT({ role })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(keys.jwt_secret));
  const origin = "https://evil.example";
  const apikey = keys.publishable_key;
  const ask = async (authorization: string) => get("/rest/v1/x", { apikey, origin, authorization });
  expect(await ask(`Bearer ${await token("service_role")}`)).toBe(401);
  expect(await ask(`bearer  ${await token("supabase_admin")}`)).toBe(401);
  expect(await ask(`Bearer ${await token("authenticated")}`)).toBe(200);
  expect(await get("/rest/v1/x", { apikey: keys.serviceRoleJwt, origin })).toBe(401);
  expect(await upgrade(apikey, { origin, "x-api-key": keys.serviceRoleJwt })).toBe(401);
  expect(await get("/rest/v1/x", { apikey: keys.anonJwt, origin })).toBe(200);
});

test("the refusal gives the hosted gateway's reason, and pages may read it", async () => {
  const headers = { apikey: keys.secret_key, origin: "https://evil.example" };
  const response = await fetch(`${gateway.url}/rest/v1/x`, { headers });
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.json()).toEqual({
    message: "Forbidden use of secret API key in browser",
    hint: "A page of https://evil.example sent it. Use the publishable key in pages.",
  });
});

test("secret keys are accepted under a configured proxy's name, and under no other", async () => {
  const apikey = keys.secret_key;
  expect(await get("/rest/v1/x", { apikey, host: "kulti.example" }, proxied)).toBe(200);
  expect(
    await get(
      "/rest/v1/x",
      { apikey, host: "kulti.example", origin: "https://kulti.example" },
      proxied,
    ),
  ).toBe(200);
  expect(await get("/rest/v1/x", { apikey, host: "evil.example" }, proxied)).toBe(401);
  expect(await get("/rest/v1/x", { apikey, host: "kulti.example" }, gateway)).toBe(401);
});
