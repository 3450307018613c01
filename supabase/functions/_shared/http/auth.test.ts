import { deepEqual, match, notEqual } from "node:assert/strict";
import { findKeyHash, isProject } from "./auth.ts";
import { keyPattern, makeKey, sha256Hex } from "./keys.ts";
import { refused } from "./testing.ts";

const key = `klt_${"a".repeat(43)}`;
const request = (headers: Record<string, string>) =>
  new Request("http://kulti.test/ingest", { headers });

Deno.test("makeKey makes keys of the shape that auth accepts, none twice", async () => {
  const [one, two] = [await makeKey(), await makeKey()];
  match(one.api_key, keyPattern);
  notEqual(one.api_key, two.api_key);
  deepEqual(one.key_hash, await sha256Hex(one.api_key));
  deepEqual(one.key_prefix, one.api_key.slice(0, 12));
});

Deno.test("sha256Hex equals the published digest", async () => {
  deepEqual(
    await sha256Hex("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("findKeyHash finds the key in every supported place", async () => {
  const expected = await sha256Hex(key);
  for (const headers of [
    { authorization: `Bearer ${key}` },
    { authorization: `bearer   ${key}` },
    { "x-kulti-key": key },
    { authorization: `Basic ${btoa(`my-agent:${key}`)}` },
    { authorization: `Basic ${btoa(`${key}:`)}` },
  ] as Record<string, string>[]) {
    deepEqual(await findKeyHash(request(headers)), expected);
  }
});

Deno.test("findKeyHash finds the key in the path when no header has one", async () => {
  const at = (path: string, headers = {}) =>
    findKeyHash(new Request(`http://kulti.test${path}`, { headers }));
  const expected = await sha256Hex(key);
  deepEqual(await at(`/ingest/${key}`), expected);
  deepEqual(await at(`/ingest/${key}/hook`, { authorization: "Bearer eyJh.eyJy.c2ln" }), expected);
  const other = `klt_${"b".repeat(43)}`;
  deepEqual(await at(`/ingest/${key}/hook`, { "x-kulti-key": other }), await sha256Hex(other));
  deepEqual((await refused(at("/ingest/klt_short"))).code, "unknown_key");
  deepEqual(await at(`/ingest?key=${key}`), null);
  deepEqual(await at(`/agents/keys/${key}`), null);
});

Deno.test("findKeyHash lets X-Kulti-Key win over the key that supabase-js sends", async () => {
  for (const bearer of ["sb_publishable_abc", "eyJh.eyJy.c2ln", `klt_${"b".repeat(43)}`]) {
    const headers = { authorization: `Bearer ${bearer}`, "x-kulti-key": key };
    deepEqual(await findKeyHash(request(headers)), await sha256Hex(key));
  }
});

Deno.test("findKeyHash does not accept the project's keys as an agent's", async () => {
  for (const authorization of [
    "Bearer sb_publishable_abc",
    "Bearer eyJh.eyJy.c2ln",
    "Bearer",
    "",
  ]) {
    deepEqual(await findKeyHash(request({ authorization })), null);
  }
  deepEqual(await findKeyHash(request({})), null);
});

Deno.test("findKeyHash distinguishes a missing key from a malformed one", async () => {
  deepEqual(await findKeyHash(request({})), null);
  for (const headers of [
    { authorization: "Bearer klt_short" },
    { authorization: `Bearer ${key}x` },
    { authorization: "Bearer old-style-key" },
    { authorization: "Basic %%%", "x-kulti-key": "nonsense" },
    { "x-kulti-key": `${key}"` },
  ] as Record<string, string>[]) {
    const error = await refused(findKeyHash(request(headers)));
    deepEqual(error.code, "unknown_key");
  }
});

Deno.test("isProject knows the project's secret key and nothing else", async () => {
  const secrets = ["sb_secret_one", "sb_secret_two"];
  deepEqual(await isProject(request({ apikey: "sb_secret_two" }), secrets), true);
  deepEqual(await isProject(request({ authorization: "Bearer sb_secret_one" }), secrets), true);
  for (const headers of [
    { apikey: "sb_secret_on" },
    { apikey: "sb_publishable_x" },
    { authorization: "Bearer" },
    {},
  ] as Record<string, string>[]) {
    deepEqual(await isProject(request(headers), secrets), false);
  }
  deepEqual(await isProject(request({ apikey: "" }), [""]), false);
});
