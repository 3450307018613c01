import { deepEqual, equal, fail, match } from "node:assert/strict";
import type { Networks } from "../_shared/http/address.ts";
import type { Database } from "../_shared/http/db.ts";
import { handleRequests } from "../_shared/http/handle.ts";
import type { ViewerRpcs } from "../_shared/http/rpcs.ts";
import { type ShareDeps, shareRoutes } from "./handler.ts";
import { headOf, sessionId } from "./testing.ts";
import { readAddresses } from "./watch-address.ts";

const siteUrl = "https://kulti.example";
const addresses = { siteUrl, apiUrl: "https://project.supabase.co" };

/** Refusals of the function itself, which must not reach the database; the e2e suite tests the database's. */
const nobody: Database<ViewerRpcs> = { call: (name) => fail(`${name} was called`) };

function databaseWith(head = headOf()): Database<ViewerRpcs> {
  const answers = { session_head: head, find_sessions: [head] };
  return { call: (name) => Promise.resolve(answers[name] as never) };
}

/** As with the default of the setting `address_header`. */
const networks: Networks = {
  of: (request) => Promise.resolve(request.headers.get("x-forwarded-for")),
};

async function get(path: string, deps: Partial<ShareDeps> = {}, headers = {}) {
  const handle = handleRequests(
    shareRoutes,
    { database: nobody, addresses, networks, ...deps },
    (facts) => fail(`logged ${JSON.stringify(facts)}`),
  );
  return await handle(new Request(`http://kulti.test/share/${path}`, { headers }));
}

const oembed = (url: string, more = "") => `oembed?url=${encodeURIComponent(url)}${more}`;
const codeOf = async (response: Response) => {
  const { error } = await response.json();
  return [response.status, error.code];
};

Deno.test("card of a live session may be cached for a few seconds", async () => {
  const database = databaseWith();
  const response = await get(`card/${sessionId}.svg`, { database });
  equal(response.status, 200);
  equal(response.headers.get("content-type"), "image/svg+xml; charset=utf-8");
  equal(response.headers.get("cache-control"), "public, max-age=15, must-revalidate");
  equal(response.headers.get("access-control-allow-origin"), "*");
  match(await response.text(), /^<svg .*Fix the parser.*<\/svg>\n$/s);
});

Deno.test("card of an ended session is cached for a minute, since it may be withdrawn, and then answered with 304", async () => {
  const head = headOf({ live: false, status: "done", ended_at: "2026-11-22T10:30:00Z" });
  const database = databaseWith(head);
  const first = await get(`card/${sessionId}.svg`, { database });
  equal(first.headers.get("cache-control"), "public, max-age=60, must-revalidate");
  const etag = first.headers.get("etag") ?? "";
  match(etag, /^"[\w-]{22}"$/);
  await first.body?.cancel();
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await get(`card/${sessionId}.svg`, { database }, { "if-none-match": known });
    deepEqual([again.status, again.body, again.headers.get("etag")], [304, null, etag]);
  }
  const changed = await get(
    `card/${sessionId}.svg`,
    { database: databaseWith(headOf({ ...head, agent_name: "Day Owl" })) },
    { "if-none-match": etag },
  );
  equal(changed.status, 200);
  await changed.body?.cancel();
});

Deno.test("card: two are drawn at once, ten of a network wait, and more get 503", async () => {
  const pending: (() => void)[] = [];
  const call = async () => {
    await new Promise<void>((resolve) => pending.push(resolve));
    return headOf() as never;
  };
  const from = (address: string) =>
    get(`card/${sessionId}.svg`, { database: { call } }, { "x-forwarded-for": address });
  const many = Array.from({ length: 20 }, () => from("192.0.2.1"));
  const other = from("192.0.2.2");
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  await settled();
  equal(pending.length, 2);
  const answered = Promise.all([...many, other]);
  for (let round = 0; round < 13; round++) {
    for (const answer of pending.splice(0)) answer();
    await settled();
  }
  const replies = await answered;
  equal(replies.at(-1)?.status, 200);
  const refused = replies.filter(({ status }) => status === 503);
  equal(refused.length, 8);
  equal(refused[0]?.headers.get("retry-after"), "1");
  await Promise.all(replies.map(({ body }) => body?.cancel()));
});

Deno.test("card of an invalid session id is not found", async () => {
  deepEqual(await codeOf(await get("card/7.svg")), [404, "session_not_found"]);
  deepEqual(await codeOf(await get(`card/${sessionId}.png`)), [404, "route_not_found"]);
});

Deno.test("oembed describes how to embed a session", async () => {
  const url = `${siteUrl}/watch/night-owl/${sessionId}?t=90`;
  const response = await get(oembed(url), { database: databaseWith() });
  equal(response.headers.get("content-type"), "application/json; charset=utf-8");
  deepEqual(await response.json(), {
    version: "1.0",
    type: "rich",
    title: "Night Owl: Fix the parser",
    author_name: "Night Owl",
    author_url: `${siteUrl}/agents/night-owl`,
    provider_name: "Kulti",
    provider_url: siteUrl,
    html: `<iframe src="${siteUrl}/embed/night-owl/${sessionId}?t=90" width="960" height="600" title="Night Owl: Fix the parser" style="border:0;max-width:100%" loading="lazy" allow="fullscreen" referrerpolicy="strict-origin-when-cross-origin"></iframe>`,
    width: 960,
    height: 600,
    thumbnail_url: `https://project.supabase.co/functions/v1/share/card/${sessionId}.svg`,
    thumbnail_width: 1200,
    thumbnail_height: 630,
  });
});

Deno.test("oembed respects maxwidth and maxheight, thumbnail included", async () => {
  const url = `${siteUrl}/watch/night-owl`;
  const response = await get(oembed(url, "&maxwidth=480&maxheight=300&format=json"), {
    database: databaseWith(),
  });
  const { html, width, height, thumbnail_url: thumbnailUrl } = await response.json();
  deepEqual([width, height, thumbnailUrl], [480, 300, undefined]);
  match(html, /src="https:\/\/kulti\.example\/embed\/night-owl" width="480" height="300"/);
});

Deno.test("oembed escapes an agent's name", async () => {
  const agentName = `"><script>alert(1)</script>`;
  const database = databaseWith(headOf({ agent_name: agentName, task: null }));
  const query = `${siteUrl}/watch/night-owl?x="><script>#<b>`;
  const { html } = await (await get(oembed(query), { database })).json();
  equal(/<(?!iframe|\/iframe)/.test(html), false);
  equal(html.split('"').length - 1, 16);
});

Deno.test("oembed rejects other sites' pages, and pages that are not a stage", async () => {
  for (const url of [
    "https://other.example/watch/night-owl",
    "http://kulti.example/watch/night-owl",
    "https://kulti.example:8443/watch/night-owl",
    "https://kulti.example.evil.org/watch/night-owl",
    "https://kulti.example@evil.org/watch/night-owl",
    `${siteUrl}/`,
    `${siteUrl}/watch`,
    `${siteUrl}/watch/Night%20Owl`,
    `${siteUrl}/watch/night-owl/7`,
    `${siteUrl}/watch/night-owl/${sessionId}/more`,
    "javascript:alert(1)",
    "night-owl",
  ]) {
    deepEqual(await codeOf(await get(oembed(url))), [404, "session_not_found"], url);
  }
});

Deno.test("oembed does not show one agent's session under another's name", async () => {
  const url = `${siteUrl}/watch/day-owl/${sessionId}`;
  const response = await get(oembed(url), { database: databaseWith() });
  deepEqual(await codeOf(response), [404, "session_not_found"]);
});

Deno.test("oembed of an agent without a public session is not found", async () => {
  const database = { call: () => Promise.resolve([] as never) };
  const response = await get(oembed(`${siteUrl}/watch/night-owl`), { database });
  deepEqual(await codeOf(response), [404, "session_not_found"]);
});

Deno.test("oembed answers JSON alone, and explains a bad query", async () => {
  const url = `${siteUrl}/watch/night-owl`;
  deepEqual(await codeOf(await get(oembed(url, "&format=xml"))), [501, "not_implemented"]);
  deepEqual(await codeOf(await get("oembed")), [422, "invalid_request"]);
  deepEqual(await codeOf(await get(oembed(url, "&maxwidth=wide"))), [422, "invalid_request"]);
  deepEqual(await codeOf(await get(oembed(url, "&maxheight=0"))), [422, "invalid_request"]);
});

Deno.test("oembed without a known site names the setting", async () => {
  const deps = { addresses: { ...addresses, siteUrl: null } };
  const quiet = handleRequests(shareRoutes, { database: nobody, networks, ...deps }, () => {});
  const path = `http://kulti.test/share/${oembed(`${siteUrl}/watch/night-owl`)}`;
  const response = await quiet(new Request(path));
  const { error } = await response.json();
  deepEqual([response.status, error.code], [503, "unavailable"]);
  match(error.message, /KULTI_SITE_URL/);
});

Deno.test("readAddresses accepts a site in a folder and the project's public address", () => {
  const env = new Map([
    ["KULTI_SITE_URL", "https://example.org/stage/"],
    ["KULTI_API_URL", "https://api.example.org/"],
  ]);
  deepEqual(readAddresses(env, "http://kong:8000"), {
    siteUrl: "https://example.org/stage",
    apiUrl: "https://api.example.org",
  });
});
