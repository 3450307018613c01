import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@supabase/supabase-js";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type Keys, keysOf, randomSecrets } from "../keys.ts";
import { freePort, host } from "../ports.ts";
import { proxyTo } from "../proxy.ts";
import type { Service } from "../service.ts";
import { type Gateway, startGateway } from "./index.ts";

// A fake service at an address (KULTI_REST_URL and so on) that reports what reached it.
interface Seen {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

let upstream: Server;
let gateway: Gateway;
let keys: Keys;
let upstreamPart: Service;
/** Headers of the WebSockets that have reached the upstream. */
const upgrades: IncomingMessage["headers"][] = [];

const read = async (incoming: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
};

beforeAll(async () => {
  keys = await keysOf(randomSecrets());
  upstream = createServer(async (incoming, response) => {
    const { method, url, headers } = incoming;
    const seen = JSON.stringify({ method, url, headers, body: await read(incoming) });
    response.setHeader("content-type", "application/json");
    response.setHeader("set-cookie", ["a=1", "b=2"]);
    response.end(seen);
  });
  new WebSocketServer({ server: upstream }).on("connection", (socket, incoming) => {
    upgrades.push(incoming.headers);
    socket.send(`${incoming.headers.host} ${incoming.url}`);
    socket.on("message", (data) => socket.send(data));
  });
  await new Promise<void>((resolve) => upstream.listen(0, host, resolve));
  const address = `http://tenant.localhost:${(upstream.address() as AddressInfo).port}`;
  upstreamPart = proxyTo(address);
  gateway = await startGateway({
    port: await freePort(),
    keys,
    services: {
      rest: upstreamPart,
      realtime: proxyTo(`${address}/base`),
      functions: proxyTo(address),
    },
  });
});

afterAll(async () => {
  await gateway?.close();
  upstream?.closeAllConnections();
  upstream?.close();
});

const call = (path: string, init?: RequestInit) => fetch(`${gateway.url}${path}`, init);
const seen = async (path: string, init?: RequestInit): Promise<Seen> =>
  (await call(path, init)).json();
const role = (seen: Seen) => decodeJwt(seen.headers.authorization?.slice("Bearer ".length) ?? "");

describe("API keys", () => {
  it.each(["/rest/v1/notes", "/realtime/v1/api/broadcast"])(
    "%s needs one that is known",
    async (path) => {
      const without = await call(path);
      expect(without.status).toBe(401);
      expect(await without.json()).toMatchObject({ message: "No API key found in request" });
      const unknown = await call(path, { headers: { apikey: "sb_publishable_wrong" } });
      expect(unknown.status).toBe(401);
      expect(await unknown.json()).toMatchObject({ message: "Invalid API key" });
    },
  );

  it("become a JWT with role, iss and exp", async () => {
    const anon = role(await seen("/rest/v1/x", { headers: { apikey: keys.publishable_key } }));
    expect(anon).toEqual({ role: "anon", iss: "supabase-demo", exp: 1983812996 });
    const service = role(await seen("/rest/v1/x", { headers: { apikey: keys.secret_key } }));
    expect(service.role).toBe("service_role");
  });

  it("are accepted in the query and not passed on there", async () => {
    const { url, headers } = await seen(`/rest/v1/x?select=a&apikey=${keys.publishable_key}`);
    expect(url).toBe("/x?select=a");
    expect(headers.authorization).toBe(`Bearer ${keys.anonJwt}`);
  });

  it("are also known in their legacy form", async () => {
    expect((await call("/rest/v1/x", { headers: { apikey: keys.anonJwt } })).status).toBe(200);
  });

  it("leave a JWT of the caller's own alone, and replace a key sent as bearer", async () => {
    const apikey = keys.publishable_key;
    const own = await seen("/rest/v1/x", { headers: { apikey, authorization: "Bearer a.b.c" } });
    expect(own.headers.authorization).toBe("Bearer a.b.c");
    const repeated = await seen("/rest/v1/x", {
      headers: { apikey, authorization: `Bearer ${apikey}` },
    });
    expect(role(repeated).role).toBe("anon");
  });

  it("are not required for functions, which see the caller's own headers", async () => {
    const { headers, url } = await seen("/functions/v1/echo/x?y=z", {
      headers: { authorization: "Bearer klt_key", "sb-api-key": "forged" },
    });
    expect(url).toBe("/echo/x?y=z");
    expect(headers.authorization).toBe("Bearer klt_key");
    expect(headers).not.toHaveProperty("sb-api-key");
    const known = await seen("/functions/v1/echo", { headers: { apikey: keys.secret_key } });
    expect(known.headers.apikey).toBe(keys.secret_key);
    expect(known.headers["sb-api-key"]).toBe(keys.serviceRoleJwt);
  });
});

describe("CORS", () => {
  const preflight = {
    method: "OPTIONS",
    headers: {
      origin: "https://site.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "apikey,x-own",
    },
  };

  it("is answered for the Data API, without a key", async () => {
    const response = await call("/rest/v1/rpc/f", preflight);
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toBe("apikey,x-own");
    expect(response.headers.get("access-control-allow-methods")).toContain("PATCH");
  });

  it("opens answers and refusals alike", async () => {
    const refused = await call("/rest/v1/x");
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    const answer = await call("/rest/v1/x", { headers: { apikey: keys.publishable_key } });
    expect(answer.headers.get("access-control-expose-headers")).toContain("Content-Range");
  });

  it("is left to functions", async () => {
    const answered = await call("/functions/v1/echo", preflight);
    expect((await answered.json()).method).toBe("OPTIONS");
    expect(answered.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("proxying", () => {
  it("keeps method, body, repeated headers and the encoding", async () => {
    const response = await call("/functions/v1/echo", {
      method: "POST",
      body: Buffer.from([0x1f, 0x8b, 0xff]),
      headers: { "content-encoding": "gzip", "x-forwarded-for": "203.0.113.9" },
    });
    const got: Seen = await response.json();
    expect(got).toMatchObject({ method: "POST", body: "\u001f\u008b\u00ff" });
    expect(got.headers["content-encoding"]).toBe("gzip");
    expect(got.headers["x-forwarded-for"]).toBe("203.0.113.9, 127.0.0.1");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("sends the Host of the address, from which a Realtime server takes its tenant", async () => {
    const { headers, url } = await seen("/realtime/v1/api/broadcast", {
      headers: { apikey: keys.publishable_key },
    });
    expect(headers.host).toMatch(/^tenant\.localhost:/);
    expect(url).toBe("/base/api/broadcast");
  });

  it("passes WebSockets both ways with the JWT in place of the key", async () => {
    const socket = new WebSocket(
      `${gateway.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${keys.publishable_key}&vsn=2.0.0`,
    );
    const messages: string[] = [];
    const echoed = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        messages.push(String(data));
        if (messages.length === 1) socket.send("ping");
        else resolve();
      });
    });
    await echoed;
    socket.close();
    expect(messages[0]).toMatch(/^tenant\.localhost:\d+ \/base\/socket\/websocket\?/);
    expect(messages[0]).toContain(`apikey=${keys.anonJwt}`);
    expect(messages[1]).toBe("ping");
  });

  it("refuses a WebSocket without a known key with 401", async () => {
    const status = await new Promise((resolve) => {
      new WebSocket(`${gateway.url.replace("http", "ws")}/realtime/v1/websocket?apikey=no`)
        .on("unexpected-response", (_request, response) => resolve(response.statusCode))
        .on("error", () => {});
    });
    expect(status).toBe(401);
  });

  it("needs an address with its protocol", () => {
    for (const address of ["", "127.0.0.1:3000", "localhost:3000", "ftp://localhost"]) {
      expect(() => proxyTo(address)).toThrow(`Cannot reach a part at "${address}"`);
    }
  });

  it("answers 502 for a service that does not answer", async () => {
    const lonely = await startGateway({
      port: await freePort(),
      keys,
      services: {
        rest: proxyTo(`http://${host}:${await freePort()}`),
        realtime: proxyTo(`http://${host}:1`),
        functions: proxyTo(`http://${host}:1`),
      },
    });
    const response = await fetch(`${lonely.url}/rest/v1/x`, {
      headers: { apikey: keys.publishable_key },
    });
    await lonely.close();
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain(host);
  });
});

describe("the caller's address", () => {
  const forged = {
    "x-forwarded-for": "203.0.113.9, 10.0.0.1",
    "cf-connecting-ip": "203.0.113.9",
    "x-real-ip": "203.0.113.9",
    "true-client-ip": "203.0.113.9",
    "x-client-ip": "203.0.113.9",
    "x-envoy-external-address": "203.0.113.9",
    "sb-forwarded-for": "203.0.113.9",
    forwarded: "for=203.0.113.9",
  };
  const claims = (headers: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(headers).filter(([, value]) => String(value).includes("203.0.113.9")),
    );

  it.each(["/rest/v1/x", "/functions/v1/echo"])(
    "%s: is the last of x-forwarded-for, and no other header names one",
    async (path) => {
      const { headers } = await seen(path, {
        headers: { ...forged, apikey: keys.publishable_key },
      });
      expect(claims(headers)).toEqual({ "x-forwarded-for": "203.0.113.9, 10.0.0.1, 127.0.0.1" });
      expect(headers["x-real-ip"]).toBe("127.0.0.1");
      const honest = await seen(path, { headers: { apikey: keys.publishable_key } });
      expect(honest.headers["x-forwarded-for"]).toBe("127.0.0.1");
    },
  );

  it("is told to Realtime the same way", async () => {
    const url = `${gateway.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${keys.publishable_key}`;
    const before = upgrades.length;
    const socket = new WebSocket(url, { headers: forged });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    socket.close();
    const [headers = {}] = upgrades.slice(before);
    expect(claims(headers)).toEqual({ "x-forwarded-for": "203.0.113.9, 10.0.0.1, 127.0.0.1" });
    expect(headers["x-real-ip"]).toBe("127.0.0.1");
  });

  it("comes from the proxy in front, if there is one", async () => {
    const proxied = await startGateway({
      port: await freePort(),
      keys,
      services: { rest: upstreamPart, realtime: upstreamPart, functions: upstreamPart },
      proxyHost: "kulti.example",
    });
    const ask = async (headers: Record<string, string>): Promise<Seen> =>
      (await fetch(`${proxied.url}/functions/v1/echo`, { headers })).json();
    const behind = await ask({ ...forged, "x-forwarded-proto": "https" });
    expect(claims(behind.headers)).toEqual({ "x-forwarded-for": "203.0.113.9, 10.0.0.1" });
    expect(behind.headers["x-real-ip"]).toBe("10.0.0.1");
    expect(behind.headers["x-forwarded-proto"]).toBe("https");
    expect((await ask({})).headers["x-forwarded-for"]).toBe("127.0.0.1");
    await proxied.close();
  });
});

describe("paths", () => {
  it("of other Supabase services name the difference", async () => {
    const { error } = await createClient(gateway.url, keys.publishable_key).auth.signInWithPassword(
      {
        email: "a@example.com",
        password: "p",
      },
    );
    expect(error?.message).toContain("The embedded stack has no Auth");
  });

  it("invalid paths and hosts get 400", async () => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(gateway.url);
      request({ host: host, port, path: "/rest/v1/x", headers: { host: "no host" } })
        .once("response", (response) => resolve(response.resume().statusCode))
        .once("error", reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it("unknown paths are 404", async () => {
    expect((await call("/rest/v2/x")).status).toBe(404);
    expect((await call("/rest/v1x")).status).toBe(404);
  });
});
