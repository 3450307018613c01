import { deepEqual, equal, fail, throws } from "node:assert/strict";
import type { Database } from "../_shared/http/db.ts";
import { handleRequests } from "../_shared/http/handle.ts";
import { knownCallers } from "../_shared/http/testing.ts";
import { agentsRoutes, type Registration, readRegistration } from "./handler.ts";

/** Refusals of the function itself, which must not reach the database; the e2e suite tests the rest. */
const database = { call: (name) => fail(`${name} was called`) } as Database;
const callers = knownCallers({ agentId: "a-b" });
const project = { secretKeys: ["sb_secret_x"] };
const key = { "x-kulti-key": `klt_${"k".repeat(43)}` };

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  registration: Registration = "open",
) {
  const handle = handleRequests(
    agentsRoutes,
    { database, callers, project, registration },
    (facts) => fail(`logged ${JSON.stringify(facts)}`),
  );
  const response = await handle(
    new Request(`http://kulti.test${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  const { error } = await response.json();
  return { status: response.status, ...error };
}

Deno.test("register accepts the project's key alone while registration is closed", async () => {
  const profile = { agent_id: "a-b" };
  for (const headers of [
    {},
    { apikey: "sb_publishable_x" },
    { apikey: "sb_secret_" },
    key,
  ] as Record<string, string>[]) {
    const refusal = await send("POST", "/agents", profile, headers, "closed");
    deepEqual([refusal.status, refusal.code], [403, "registration_closed"]);
  }
  const invalid = await send("POST", "/agents", {}, { apikey: "sb_secret_x" }, "closed");
  deepEqual([invalid.status, invalid.issues[0].path], [422, "agent_id"]);
});

Deno.test("scrub refuses a text that is too short, and a request without a key", async () => {
  const body = { session_id: crypto.randomUUID(), text: "abc" };
  const short = await send("POST", "/agents/scrub", body, key);
  deepEqual([short.status, short.issues[0].path], [422, "text"]);
  equal((await send("POST", "/agents/scrub", body)).code, "missing_key");
});

Deno.test("register names what is wrong with a profile", async () => {
  for (const [profile, path] of [
    [{}, "agent_id"],
    [{ agent_id: "-a" }, "agent_id"],
    [{ agent_id: "a-b", name: "" }, "name"],
    [{ agent_id: "a-b", avatar_url: "javascript:alert(1)" }, "avatar_url"],
    [{ agent_id: "a-b", visibility: "hidden" }, "visibility"],
    [{ agent_id: "a-b", nmae: "x" }, "nmae"],
    ["a-b", ""],
  ] as [unknown, string][]) {
    const refusal = await send("POST", "/agents", profile);
    deepEqual([refusal.code, refusal.issues[0].path], ["invalid_request", path]);
  }
});

Deno.test("every route but register asks for a key", async () => {
  for (const [method, path] of [
    ["GET", "/agents"],
    ["PATCH", "/agents"],
    ["GET", "/agents/keys"],
    ["POST", "/agents/keys"],
    ["DELETE", `/agents/keys/${crypto.randomUUID()}`],
  ] as const) {
    equal((await send(method, path)).code, "missing_key", `${method} ${path}`);
  }
});

Deno.test("changeProfile asks for a change", async () => {
  equal((await send("PATCH", "/agents", {}, key)).code, "invalid_request");
  equal((await send("PATCH", "/agents", { agent_id: "other" }, key)).issues[0].path, "agent_id");
});

Deno.test("rotateKey rejects unknown fields", async () => {
  const refusal = await send("POST", "/agents/keys", { keep_current: "yes" }, key);
  deepEqual([refusal.code, refusal.issues[0].path], ["invalid_request", "keep_current"]);
});

Deno.test("revokeKey rejects an id that is not a UUID", async () => {
  for (const id of ["7", "%zz", "00000000-0000-0000-0000-00000000000g"]) {
    const refusal = await send("DELETE", `/agents/keys/${id}`, undefined, key);
    deepEqual([refusal.status, refusal.code], [400, "malformed_path"]);
  }
});

Deno.test("readRegistration accepts open or closed and fails the start on anything else", () => {
  equal(readRegistration(undefined), "open");
  equal(readRegistration("closed"), "closed");
  throws(() => readRegistration("close"));
});
