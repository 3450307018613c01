import { deepEqual, equal, fail } from "node:assert/strict";
import type { Database } from "../_shared/http/db.ts";
import { handleRequests } from "../_shared/http/handle.ts";
import { knownCallers } from "../_shared/http/testing.ts";
import { limits } from "../_shared/protocol/limits.ts";
import { chatRoutes } from "./handler.ts";

/** Refusals of the function itself, which must not reach the database; the e2e suite tests the rest. */
const database = { call: (name) => fail(`${name} was called`) } as Database;
const callers = knownCallers({ agentId: "a-b" });
const deps = { database, callers };
const handle = handleRequests(chatRoutes, deps, (facts) => fail(`logged ${JSON.stringify(facts)}`));

const key = { "x-kulti-key": `klt_${"k".repeat(43)}` };
const sessionId = crypto.randomUUID();
const message = { session_id: sessionId, viewer_id: "v1", name: "Ada", text: "Why?" };

async function send(method: string, query: string, body?: unknown, headers = {}) {
  const response = await handle(
    new Request(`http://kulti.test/chat${query}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  const { error } = await response.json();
  return { status: response.status, ...error };
}

Deno.test("post names what is wrong with a viewer's message", async () => {
  for (const [changes, path, limit] of [
    [{ session_id: "7" }, "session_id"],
    [{ viewer_id: "" }, "viewer_id"],
    [{ name: " " }, "name"],
    [{ name: "Ada\nagent: I agree" }, "name"],
    [{ name: "\u202eAda" }, "name"],
    [{ text: "" }, "text"],
    [{ text: "\u0000" }, "text"],
    [{ text: "x".repeat(limits.message_text_bytes + 1) }, "text", limits.message_text_bytes],
    [{ sender: "agent" }, "sender"],
    [{ id: "7" }, "id"],
  ] as [Record<string, unknown>, string, number?][]) {
    const refusal = await send("POST", "", { ...message, ...changes });
    deepEqual(
      [refusal.status, refusal.code, refusal.issues[0].path, refusal.issues[0].limit],
      [422, "invalid_request", path, limit],
    );
  }
});

Deno.test("post accepts the longest message with every letter escaped, and no larger body", async () => {
  const escaped = (letters: string) =>
    [...letters]
      .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("");
  const post = async (text: string) => {
    const body = JSON.stringify({ ...message, sender: "agent", text: "" });
    const request = new Request("http://kulti.test/chat", {
      method: "POST",
      body: body.replace('"text":""', `"text":"${text}"`),
    });
    const { error } = await (await handle(request)).json();
    return [error.code, error.issues[0].path];
  };
  const longest = escaped("ж".repeat(limits.message_text_bytes / 2));
  deepEqual(await post(longest), ["invalid_request", "sender"]);
  deepEqual(await post("x".repeat(limits.chat_body_bytes)), ["body_too_large", ""]);
});

Deno.test("post does not let a broken key pass as a viewer", async () => {
  const refusal = await send("POST", "", message, { authorization: "Bearer klt_old" });
  equal(refusal.code, "unknown_key");
});

Deno.test("post with an agent's key rejects a name", async () => {
  equal((await send("POST", "", message, key)).issues[0].path, "viewer_id");
});

Deno.test("read asks for an agent's key, a session and a whole number", async () => {
  equal((await send("GET", `?session_id=${sessionId}`)).code, "missing_key");
  equal((await send("GET", "", undefined, key)).issues[0].path, "session_id");
  const query = `?session_id=${sessionId}&after=-1`;
  equal((await send("GET", query, undefined, key)).issues[0].path, "after");
});
