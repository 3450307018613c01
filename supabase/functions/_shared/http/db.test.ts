import { deepEqual, equal } from "node:assert/strict";
import { connectDatabase, DatabaseError } from "./db.ts";
import { refused } from "./testing.ts";

/** Calls an RPC of a Data API that gives this answer; `KultiError`s of the real one are shown by the e2e suite. */
async function failure(answer: () => Response | Promise<Response>, timeoutMs = 5_000) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const database = connectDatabase({ url, key: "sb_secret_x", timeoutMs });
  const error = await refused(database.call("list_keys", { key_hash: "0" }));
  await server.shutdown();
  return error;
}

const raised = (status: number, error: Record<string, string | null>) => () =>
  Response.json({ code: "", details: null, hint: null, message: "", ...error }, { status });

Deno.test("call turns a PT error into the refusal that its detail names", async () => {
  const error = await failure(
    raised(404, { code: "PT404", details: "session_not_found", message: "Cannot find it." }),
  );
  equal(error.code, "session_not_found");
  equal(error.message, "Cannot find it.");
  equal(error instanceof DatabaseError, false);
});

Deno.test("call reads Retry-After from the hint", async () => {
  const limited = { code: "PT429", details: "rate_limited", message: "Cannot post: too many." };
  equal((await failure(raised(429, { ...limited, hint: "7" }))).retryAfterS, 7);
  equal((await failure(raised(429, { ...limited, hint: null }))).retryAfterS, 1);
});

Deno.test("call keeps the refusal of a busy database, which is no failure to log", async () => {
  const error = await failure(
    raised(503, { code: "PT503", details: "unavailable", message: "Too many.", hint: "2" }),
  );
  deepEqual([error.code, error.message, error.retryAfterS], ["unavailable", "Too many.", 2]);
  equal(error instanceof DatabaseError, false);
});

Deno.test("call tells a passing failure from a lasting one", async () => {
  const outcomes: [() => Response, string][] = [
    [() => new Response("<html>Bad gateway", { status: 502 }), "unavailable"],
    [() => new Response("", { status: 504 }), "unavailable"],
    [raised(503, { code: "PGRST001" }), "unavailable"],
    [raised(500, { code: "57014" }), "unavailable"],
    [raised(500, { code: "40P01" }), "unavailable"],
    [raised(503, { code: "53300" }), "unavailable"],
    [raised(400, { code: "22P05" }), "invalid_request"],
    [raised(400, { code: "23514" }), "invalid_request"],
    [raised(500, { code: "XX000" }), "internal"],
    [raised(404, { code: "PGRST202" }), "internal"],
    [raised(401, { code: "42501" }), "internal"],
    [raised(404, { code: "PT404", details: "no such code" }), "internal"],
    [() => new Response("not json"), "internal"],
  ];
  for (const [answer, code] of outcomes) equal((await failure(answer)).code, code);
});

Deno.test("call times out and asks to try again", async () => {
  const late = Promise.withResolvers<Response>();
  const waiting = failure(() => late.promise, 50);
  setTimeout(() => late.resolve(new Response()), 150);
  const error = await waiting;
  deepEqual([error.code, error.retryAfterS], ["unavailable", 1]);
});

Deno.test("call asks to try again when the connection is refused", async () => {
  const database = connectDatabase({ url: "http://127.0.0.1:9", key: "sb_secret_x" });
  equal((await refused(database.call("list_keys", { key_hash: "0" }))).code, "unavailable");
});

Deno.test("DatabaseError keeps values that SQL quotes out of message and fields", async () => {
  const error = await failure(
    raised(500, {
      code: "XX000",
      message: "bad klt_secret",
      details: "klt_secret",
      hint: "klt_secret",
    }),
  );
  equal(JSON.stringify({ ...error, message: error.message }).includes("klt_secret"), false);
});
