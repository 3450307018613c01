import { deepEqual, equal, match } from "node:assert/strict";
import { KultiError } from "../protocol/errors.ts";
import { readJson } from "./body.ts";
import { handleRequests } from "./handle.ts";
import { reply } from "./reply.ts";
import type { Route } from "./route.ts";

const routes: Route<null>[] = [
  { method: "GET", pathname: "/things", handle: () => reply(200, { things: [] }) },
  { method: "POST", pathname: "/things", handle: () => refuse() },
  {
    method: "DELETE",
    pathname: "/things/:id",
    handle: (_request, _deps, { id }) => reply(200, id),
  },
  { method: "POST", pathname: "/broken", handle: () => failUnexpectedly() },
];

function refuse(): never {
  throw new KultiError("rate_limited", "Cannot do that: too many.", { retryAfterS: 1.2 });
}

function failUnexpectedly(): never {
  throw new TypeError("unexpected klt_secret in the body");
}

async function send(method: string, path: string) {
  const logged: unknown[] = [];
  const handle = handleRequests(routes, null, (facts) => logged.push(facts));
  const response = await handle(new Request(`http://kulti.test${path}`, { method }));
  return { response, logged };
}

Deno.test("handleRequests finds a route by method and path", async () => {
  for (const path of ["/things", "/things/", "/things?page=2"]) {
    equal((await send("GET", path)).response.status, 200);
  }
  equal(await (await send("DELETE", "/things/a%20b")).response.json(), "a%20b");
});

Deno.test("handleRequests answers HEAD like GET on routes that have GET", async () => {
  equal((await send("HEAD", "/things")).response.status, 200);
  equal((await send("HEAD", "/broken")).response.status, 405);
});

Deno.test("handleRequests answers 404 for a path it does not know", async () => {
  for (const path of ["/", "/thing", "/things/1/2", "/things//"]) {
    const { response } = await send("GET", path);
    equal(response.status, 404, path);
    equal((await response.json()).error.code, "route_not_found");
  }
});

Deno.test("handleRequests answers 405 with the methods that the path takes", async () => {
  const { response } = await send("PUT", "/things");
  equal(response.status, 405);
  equal(response.headers.get("allow"), "GET, POST, OPTIONS");
  equal((await response.json()).error.code, "method_not_allowed");
});

Deno.test("handleRequests answers 405 for methods that no Request can be made with", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    handleRequests(routes, null),
  );
  for (const method of ["TRACE", "PURGE"]) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const request = `${method} /things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const answer = await new Response(connection.readable).text();
    match(answer, /^HTTP\/1.1 405 [\s\S]*"method_not_allowed"/, method);
  }
  await server.shutdown();
});

Deno.test("handleRequests answers a preflight with the allowed methods and headers", async () => {
  const { response } = await send("OPTIONS", "/things");
  equal(response.status, 204);
  equal(response.headers.get("access-control-allow-origin"), "*");
  equal(response.headers.get("access-control-allow-methods"), "GET, POST, OPTIONS");
  // Whatever the clients send: a key as bearer or in its own header, supabase-js's two, JSON, gzip. Nothing else.
  equal(
    response.headers.get("access-control-allow-headers"),
    "authorization, apikey, content-type, content-encoding, x-client-info, x-kulti-key",
  );
  equal(response.headers.get("access-control-allow-credentials"), null);
});

Deno.test("handleRequests sends a refusal as the error body, with CORS and Retry-After", async () => {
  const { response, logged } = await send("POST", "/things");
  equal(response.status, 429);
  equal(response.headers.get("retry-after"), "2");
  equal(response.headers.get("access-control-allow-origin"), "*");
  equal(response.headers.get("cache-control"), "no-store");
  const { error } = await response.json();
  deepEqual([error.code, error.message], ["rate_limited", "Cannot do that: too many."]);
  equal(error.request_id, response.headers.get("x-request-id"));
  deepEqual(logged, []);
});

Deno.test("handleRequests leaks nothing of an unexpected error into the reply or the log", async () => {
  const { response, logged } = await send("POST", "/broken");
  equal(response.status, 500);
  const { error } = await response.json();
  equal(error.code, "internal");
  equal(`${JSON.stringify(error)}${JSON.stringify(logged)}`.includes("klt_secret"), false);
  equal((logged[0] as { request_id: string }).request_id, error.request_id);
  match(JSON.stringify(logged), /failUnexpectedly/);
});

Deno.test("handleRequests makes a sender of many refused bodies wait, before the next is read, and no other sender", async () => {
  const limitBytes = 4_194_304;
  let parsed = 0;
  const sendBody = async (agentId: string, body: string) => {
    const route: Route<null> = {
      method: "POST",
      pathname: "/bodies",
      async handle(request) {
        const value = await readJson(request, { limitBytes, sender: { agentId, network: null } });
        parsed++;
        if (value !== "good") throw new KultiError("invalid_request", "Cannot take the body.");
        return reply(200, {});
      },
    };
    const request = new Request("http://kulti.test/bodies", { method: "POST", body });
    return await handleRequests([route], null)(request);
  };
  const large = JSON.stringify("x".repeat(limitBytes - 2));
  for (let count = 0; count < 9; count++) equal((await sendBody("eve", large)).status, 422);
  const next = await sendBody("eve", '"good"');
  equal(next.status, 429);
  equal((await next.json()).error.code, "rate_limited");
  equal(next.headers.get("retry-after"), "8");
  equal(parsed, 9);
  equal((await sendBody("ada", '"good"')).status, 200);
});
