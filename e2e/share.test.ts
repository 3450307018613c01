/** What other sites can show of a session, through the gateway. */
import { beforeAll, expect, test } from "vitest";
import { register, status, type TestAgent, thought } from "./agent.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

const share = `${target.api_url}/functions/v1/share`;
const hostile = `</text></svg><script>alert(1)</script><image href="https://example.org/x"/>&"'\u202e`;

const browser = await sharedBrowser();
let agent: TestAgent;
let sessionId: string;

beforeAll(async () => {
  agent = await register({ name: "Ada 夜の梟 🦉" });
  ({ session_id: sessionId } = await agent.post([
    status("working"),
    { type: "task", data: { title: hostile } },
    thought("إصلاح الخطأ في محلل الملفات"),
  ]));
});

/** The drawing as read by a browser's XML parser, which rejects anything that is not well-formed. */
async function readCard(svg: string) {
  const page = await browser.newPage();
  const read = await page.evaluate((svg) => {
    const document = new DOMParser().parseFromString(svg, "image/svg+xml");
    return {
      root: document.documentElement.tagName,
      elements: [...new Set([...document.querySelectorAll("*")].map(({ tagName }) => tagName))],
      texts: [...document.querySelectorAll("text")].map(({ textContent }) => textContent),
    };
  }, svg);
  await page.close();
  return read;
}

test("the card of a public session needs no key", async () => {
  const response = await fetch(`${share}/card/${sessionId}.svg`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("public, max-age=15, must-revalidate");
  const { root, elements, texts } = await readCard(await response.text());
  expect(root).toBe("svg");
  expect(elements.sort()).toEqual(["rect", "style", "svg", "text", "title", "tspan"]);
  expect(texts).toContain("Ada 夜の梟 🦉");
  expect(texts).toContain("إصلاح الخطأ في محلل الملفات");
  expect(texts.join("").replace(/\s/g, "")).toContain("</text></svg><script>alert(1)</script>");
  expect(texts.join("")).toContain("LIVE · working");
  expect(texts.join("")).toContain("1\u00a0thought");
});

test("a browser draws the card as an image", async () => {
  const page = await browser.newPage();
  await page.setContent(`<img src="${share}/card/${sessionId}.svg">`);
  const image = page.locator("img");
  await expect
    .poll(() => image.evaluate((node) => (node as HTMLImageElement).naturalWidth), {
      timeout: 10_000,
    })
    .toBe(1_200);
  await page.close();
});

test("a cached card is answered with 304 until the session changes", async () => {
  const other = await register();
  const { session_id: own } = await other.post([thought("One.")]);
  const url = `${share}/card/${own}.svg`;
  const first = await fetch(url);
  const known = { "if-none-match": first.headers.get("etag") ?? "" };
  expect(known["if-none-match"]).not.toBe("");
  await first.text();
  const again = await fetch(url, { headers: known });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
  await other.post([thought("Two."), status("done")]);
  const changed = await fetch(url, { headers: known });
  expect(changed.status).toBe(200);
  expect(changed.headers.get("cache-control")).toBe("public, max-age=60, must-revalidate");
  expect(await changed.text()).toContain("Two.");
});

test("an unlisted session has a card by its id; private and unknown sessions have none", async () => {
  const hidden = await register({ visibility: "private" });
  const unlisted = await register({ visibility: "unlisted" });
  const { session_id: secret } = await hidden.post([thought("Secret.")]);
  const { session_id: quiet } = await unlisted.post([thought("Quiet.")]);
  expect((await fetch(`${share}/card/${quiet}.svg`)).status).toBe(200);
  const bodies: string[] = [];
  for (const id of [secret, crypto.randomUUID()]) {
    const response = await fetch(`${share}/card/${id}.svg`);
    expect(response.status).toBe(404);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe("session_not_found");
    bodies.push(error.message.replace(id, ""));
  }
  expect(bodies[0]).toBe(bodies[1]);
});

test.runIf(target.knownSiteUrl)("oEmbed of a watch page describes its player", async () => {
  const ask = (path: string) =>
    fetch(`${share}/oembed?format=json&url=${encodeURIComponent(`${target.knownSiteUrl}${path}`)}`);
  const response = await ask(`/watch/${agent.agent_id}`);
  expect(response.status).toBe(200);
  const described = (await response.json()) as Record<string, unknown>;
  expect(described).toMatchObject({
    version: "1.0",
    type: "rich",
    provider_name: "Kulti",
    author_name: "Ada 夜の梟 🦉",
    width: 960,
    height: 600,
  });
  expect(described.html).toContain(`src="${target.knownSiteUrl}/embed/${agent.agent_id}"`);
  expect((await fetch(described.thumbnail_url as string)).status).toBe(200);
  const replay = await ask(`/watch/${agent.agent_id}/${sessionId}`);
  expect(((await replay.json()) as { html: string }).html).toContain(`/${sessionId}"`);
  expect((await ask(`/watch/nobody-${crypto.randomUUID().slice(0, 8)}`)).status).toBe(404);
});

test("oEmbed rejects foreign pages and XML", async () => {
  const url = encodeURIComponent("https://example.org/watch/ada");
  const foreign = await fetch(`${share}/oembed?url=${url}`);
  // If the functions know no site, they recognise no page as part of it.
  expect(target.knownSiteUrl ? [404] : [404, 503]).toContain(foreign.status);
  const xml = await fetch(`${share}/oembed?url=${url}&format=xml`);
  expect(xml.status).toBe(501);
  expect(await xml.json()).toMatchObject({ error: { code: "not_implemented" } });
});
