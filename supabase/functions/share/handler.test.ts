import { deepEqual, equal, fail, match } from "node:assert/strict";
import type { Database } from "../_shared/http/db.ts";
import { handle_requests } from "../_shared/http/handle.ts";
import type { ViewerRpcs } from "../_shared/http/rpcs.ts";
import { type ShareDeps, share_routes } from "./handler.ts";
import { head_of, session_id } from "./testing.ts";
import { read_addresses } from "./watch-address.ts";

const site_url = "https://kulti.example";
const addresses = { site_url, api_url: "https://project.supabase.co" };

/** What is refused here must not reach the database; what the database refuses is shown by the e2e suite. */
const nobody: Database<ViewerRpcs> = { call: (name) => fail(`${name} was called`) };

function database_with(head = head_of()): Database<ViewerRpcs> {
  const answers = { session_head: head, find_sessions: [head] };
  return { call: (name) => Promise.resolve(answers[name] as never) };
}

async function get(path: string, deps: Partial<ShareDeps> = {}, headers = {}) {
  const handle = handle_requests(share_routes, { database: nobody, addresses, ...deps }, (facts) =>
    fail(`logged ${JSON.stringify(facts)}`),
  );
  return await handle(new Request(`http://kulti.test/share/${path}`, { headers }));
}

const oembed = (url: string, more = "") => `oembed?url=${encodeURIComponent(url)}${more}`;
const code_of = async (response: Response) => {
  const { error } = await response.json();
  return [response.status, error.code];
};

Deno.test("card is a picture that caches may keep for a moment while the session is live", async () => {
  const database = database_with();
  const response = await get(`card/${session_id}.svg`, { database });
  equal(response.status, 200);
  equal(response.headers.get("content-type"), "image/svg+xml; charset=utf-8");
  equal(response.headers.get("cache-control"), "public, max-age=15, must-revalidate");
  equal(response.headers.get("access-control-allow-origin"), "*");
  match(await response.text(), /^<svg .*Fix the parser.*<\/svg>\n$/s);
});

Deno.test("card of an ended session is kept for a minute, since it may be withdrawn, and not sent to who has it", async () => {
  const head = head_of({ live: false, status: "done", ended_at: "2026-11-22T10:30:00Z" });
  const database = database_with(head);
  const first = await get(`card/${session_id}.svg`, { database });
  equal(first.headers.get("cache-control"), "public, max-age=60, must-revalidate");
  const etag = first.headers.get("etag") ?? "";
  match(etag, /^"[\w-]{22}"$/);
  await first.body?.cancel();
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await get(`card/${session_id}.svg`, { database }, { "if-none-match": known });
    deepEqual([again.status, again.body, again.headers.get("etag")], [304, null, etag]);
  }
  const changed = await get(
    `card/${session_id}.svg`,
    { database: database_with(head_of({ ...head, agent_name: "Day Owl" })) },
    { "if-none-match": etag },
  );
  equal(changed.status, 200);
  await changed.body?.cancel();
});

Deno.test("card of what is no session id is not found", async () => {
  deepEqual(await code_of(await get("card/7.svg")), [404, "session_not_found"]);
  deepEqual(await code_of(await get(`card/${session_id}.png`)), [404, "route_not_found"]);
});

Deno.test("oembed tells how to embed a session", async () => {
  const url = `${site_url}/watch/night-owl/${session_id}?t=90`;
  const response = await get(oembed(url), { database: database_with() });
  equal(response.headers.get("content-type"), "application/json; charset=utf-8");
  deepEqual(await response.json(), {
    version: "1.0",
    type: "rich",
    title: "Night Owl: Fix the parser",
    author_name: "Night Owl",
    author_url: `${site_url}/agents/night-owl`,
    provider_name: "Kulti",
    provider_url: site_url,
    html: `<iframe src="${site_url}/embed/night-owl/${session_id}?t=90" width="960" height="600" title="Night Owl: Fix the parser" style="border:0;max-width:100%" loading="lazy" allow="fullscreen" referrerpolicy="strict-origin-when-cross-origin"></iframe>`,
    width: 960,
    height: 600,
    thumbnail_url: `https://project.supabase.co/functions/v1/share/card/${session_id}.svg`,
    thumbnail_width: 1200,
    thumbnail_height: 630,
  });
});

Deno.test("oembed keeps to the room there is, thumbnail included", async () => {
  const url = `${site_url}/watch/night-owl`;
  const response = await get(oembed(url, "&maxwidth=480&maxheight=300&format=json"), {
    database: database_with(),
  });
  const { html, width, height, thumbnail_url } = await response.json();
  deepEqual([width, height, thumbnail_url], [480, 300, undefined]);
  match(html, /src="https:\/\/kulti\.example\/embed\/night-owl" width="480" height="300"/);
});

Deno.test("oembed escapes what an agent calls itself", async () => {
  const agent_name = `"><script>alert(1)</script>`;
  const database = database_with(head_of({ agent_name, task: null }));
  const query = `${site_url}/watch/night-owl?x="><script>#<b>`;
  const { html } = await (await get(oembed(query), { database })).json();
  equal(/<(?!iframe|\/iframe)/.test(html), false);
  equal(html.split('"').length - 1, 16);
});

Deno.test("oembed knows no other site's pages, and no page that is no stage", async () => {
  for (const url of [
    "https://other.example/watch/night-owl",
    "http://kulti.example/watch/night-owl",
    "https://kulti.example:8443/watch/night-owl",
    "https://kulti.example.evil.org/watch/night-owl",
    "https://kulti.example@evil.org/watch/night-owl",
    `${site_url}/`,
    `${site_url}/watch`,
    `${site_url}/watch/Night%20Owl`,
    `${site_url}/watch/night-owl/7`,
    `${site_url}/watch/night-owl/${session_id}/more`,
    "javascript:alert(1)",
    "night-owl",
  ]) {
    deepEqual(await code_of(await get(oembed(url))), [404, "session_not_found"], url);
  }
});

Deno.test("oembed does not show one agent's session under another's name", async () => {
  const url = `${site_url}/watch/day-owl/${session_id}`;
  const response = await get(oembed(url), { database: database_with() });
  deepEqual(await code_of(response), [404, "session_not_found"]);
});

Deno.test("oembed of an agent without a public session is not found", async () => {
  const database = { call: () => Promise.resolve([] as never) };
  const response = await get(oembed(`${site_url}/watch/night-owl`), { database });
  deepEqual(await code_of(response), [404, "session_not_found"]);
});

Deno.test("oembed answers JSON alone, and says what is wrong with a query", async () => {
  const url = `${site_url}/watch/night-owl`;
  deepEqual(await code_of(await get(oembed(url, "&format=xml"))), [501, "not_implemented"]);
  deepEqual(await code_of(await get("oembed")), [422, "invalid_request"]);
  deepEqual(await code_of(await get(oembed(url, "&maxwidth=wide"))), [422, "invalid_request"]);
  deepEqual(await code_of(await get(oembed(url, "&maxheight=0"))), [422, "invalid_request"]);
});

Deno.test("oembed without a known site says what to set", async () => {
  const deps = { addresses: { ...addresses, site_url: null } };
  const quiet = handle_requests(share_routes, { database: nobody, ...deps }, () => {});
  const path = `http://kulti.test/share/${oembed(`${site_url}/watch/night-owl`)}`;
  const response = await quiet(new Request(path));
  const { error } = await response.json();
  deepEqual([response.status, error.code], [503, "unavailable"]);
  match(error.message, /KULTI_SITE_URL/);
});

Deno.test("read_addresses takes a site in a folder and the world's address of the project", () => {
  const env = new Map([
    ["KULTI_SITE_URL", "https://example.org/stage/"],
    ["KULTI_API_URL", "https://api.example.org/"],
  ]);
  deepEqual(read_addresses(env, "http://kong:8000"), {
    site_url: "https://example.org/stage",
    api_url: "https://api.example.org",
  });
});
