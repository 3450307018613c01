/** The stage on other sites' pages, and the previews of its link. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { register, status, type TestAgent, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { foldedTable } from "./table.ts";
import { target } from "./target.ts";

const hostile = `"><script>window.pwned=1</script><img src=x onerror=window.pwned=1>' $& \u202e`;

const browser = await sharedBrowser();
let agent: TestAgent;
let sessionId: string;
/** Someone else's site, on another origin. The tests decide what it shows. */
let elsewhere: Server;
let content = "";

beforeAll(async () => {
  elsewhere = createServer((_, response) => {
    response.setHeader("content-type", "text/html;charset=utf-8");
    response.end(`<!doctype html><body style="margin:0"><main>${content}</main>`);
  }).listen(0, "127.0.0.1");
  agent = await register({ name: `Ada ${hostile}`.slice(0, 120) });
  ({ session_id: sessionId } = await agent.post([
    status("working"),
    { type: "task", data: { title: hostile } },
    thought("The curtain rises.", "decision"),
    { type: "code", data: { filename: "a.ts", action: "write", content: "const a = 1;\n" } },
    { type: "terminal", data: { stream: "input", command: "npm test", text: "" } },
    { type: "terminal", data: { stream: "stdout", text: "42 passed\n" } },
  ]));
});

afterAll(async () => {
  elsewhere?.close();
});

/** Opens a page of the other site and returns the frame in it, once its stage has event `seq`. */
async function embedded(html: string, seq = 6, viewport = desktop.viewport) {
  content = html;
  const context = await browser.newContext({ viewport, bypassCSP: false });
  const page = await context.newPage();
  // localhost is another site than 127.0.0.1.
  await page.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}/`);
  const element = await page.waitForSelector("iframe");
  const frame = (await element.contentFrame()) as Frame;
  await frame.waitForFunction(
    (seq) => ((window.kultiStage?.() as { seq: number } | null)?.seq ?? 0) >= seq,
    seq,
  );
  return { page, frame, element };
}

const scriptTag = (attributes = "") =>
  `<script async src="${target.site_url}/embed.js" data-agent="${agent.agent_id}" ${attributes}></script>`;

test("the script tag embeds a live session in a page of another origin and follows its width", async () => {
  const { page, frame, element } = await embedded(
    `<div id="column" style="width:800px">${scriptTag(`data-session="${sessionId}"`)}</div>`,
  );
  expect(await frame.getByText("The curtain rises.").isVisible()).toBe(true);
  expect(await frame.locator(".chat-form, .pane.chat").count()).toBe(0);
  expect(await element.getAttribute("title")).toBe(`${agent.agent_id} on Kulti`);
  expect(await element.getAttribute("loading")).toBe("lazy");
  const size = async () => {
    const { width = 0, height = 0 } = (await element.boundingBox()) ?? {};
    return { width: Math.round(width), height: Math.round(height) };
  };
  expect(await size()).toEqual({ width: 800, height: 500 });

  await page.evaluate(() =>
    document.querySelector("#column")?.setAttribute("style", "width:400px"),
  );
  await expect.poll(size).toEqual({ width: 400, height: 250 });
  await frame.locator('[data-layout="narrow"]').waitFor();
  expect(await overflow(frame)).toBeLessThanOrEqual(0);

  await agent.post([thought("And on it goes.", "reasoning")], { session_id: sessionId });
  await frame.getByText("And on it goes.").first().waitFor();
  expect(await frame.evaluate(() => JSON.parse(JSON.stringify(window.kultiStage?.())))).toEqual(
    await foldedTable(sessionId),
  );
  const link = frame.getByRole("link", { name: "Kulti" });
  expect(await link.getAttribute("rel")).toBe("noopener");
  expect(await link.evaluate((node) => (node as HTMLAnchorElement).href)).toBe(
    `${target.site_url}/watch/${agent.agent_id}/${sessionId}`,
  );
  await page.context().close();
});

test("the script tag passes on theme, time and ratio, and logs a bad handle to the console", async () => {
  const { page, frame, element } = await embedded(
    `<div style="width:640px">${scriptTag(`data-session="${sessionId}" data-theme="light" data-t="0" data-ratio="4:3"`)}</div>`,
    1,
  );
  expect(new URL(frame.url()).search).toBe("?theme=light&t=0");
  expect(await frame.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
  expect(Math.round((await element.boundingBox())?.height ?? 0)).toBe(480);

  const complaints: string[] = [];
  page.on("console", (line) => void complaints.push(line.text()));
  content = `<script async src="${target.site_url}/embed.js" data-agent="../x"></script>`;
  await page.reload({ waitUntil: "networkidle" });
  expect(await page.locator("iframe").count()).toBe(0);
  expect(complaints.join()).toContain("not an agent's handle");
  await page.context().close();
});

const functionsKnowSite = target.knownSiteUrl === target.site_url;

test.runIf(functionsKnowSite)("oEmbed's html shows the stage", async () => {
  const url = encodeURIComponent(`${target.site_url}/watch/${agent.agent_id}/${sessionId}`);
  const response = await fetch(`${target.api_url}/functions/v1/share/oembed?url=${url}`);
  const { html } = (await response.json()) as { html: string };
  const { page, frame } = await embedded(html);
  expect(await frame.getByText("The curtain rises.").isVisible()).toBe(true);
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  await page.context().close();
});

test("another origin can't frame the full page or the lobby", async () => {
  for (const path of ["/", `/watch/${agent.agent_id}`]) {
    content = `<iframe src="${target.site_url}${path}"></iframe>`;
    const page = await browser.newPage();
    const refused = page.waitForEvent("console", {
      predicate: (line) => line.text().includes("frame-ancestors"),
    });
    await page.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}/`);
    await refused;
    await page.close();
  }
});

test("embed: at every size the work has the most room, nothing overflows and axe finds nothing serious", async () => {
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(`${target.site_url}/embed/${agent.agent_id}/${sessionId}`);
  await page.getByText("The curtain rises.").first().waitFor();
  for (const [width, height] of [
    [320, 240],
    [480, 300],
    [640, 400],
    [1440, 900],
  ] as const) {
    const size = `${width} × ${height}`;
    await page.setViewportSize({ width, height });
    await expect.poll(() => overflow(page.mainFrame()), { message: size }).toBeLessThanOrEqual(0);
    // The agent's work fills more than half of the frame, even at the smallest size.
    const mind = () => page.evaluate(() => document.querySelector(".mind")?.clientHeight ?? 0);
    await expect.poll(mind, { message: size }).toBeGreaterThan(height / 2);
    await expectAccessible(page, size);
  }
  await page.context().close();
});

test("a watch page's head describes its session, and hostile names stay text", async () => {
  const response = await fetch(`${target.site_url}/watch/${agent.agent_id}/${sessionId}`);
  const html = await response.text();
  const page = await browser.newPage();
  const read = await page.evaluate((html) => {
    const { head, body } = new DOMParser().parseFromString(html, "text/html");
    const said = (name: string) =>
      [...head.querySelectorAll(`[property="${name}"], [name="${name}"]`)].map((node) =>
        node.getAttribute("content"),
      );
    return {
      title: head.querySelector("title")?.textContent,
      ogTitle: said("og:title"),
      images: said("og:image"),
      card: said("twitter:card"),
      oembed: head.querySelector('[type="application/json+oembed"]')?.getAttribute("href"),
      pictures: body.querySelectorAll("img").length,
      isInert: ![...head.querySelectorAll("script")].some(({ textContent }) =>
        textContent.includes("pwned"),
      ),
    };
  }, html);
  await page.close();
  expect(read).toMatchObject({ card: ["summary_large_image"], pictures: 0, isInert: true });
  expect(read.ogTitle).toEqual([read.title]);
  expect(read.title).toContain(`Ada "><script>window.pwned=1</script>`);
  expect(read.title).not.toContain("\u202e");
  expect(read.images.length).toBeGreaterThan(1);
  for (const image of read.images) expect((await fetch(image ?? "")).status).toBe(200);
  expect(read.images[0]).toContain(`/share/card/${sessionId}.svg`);
  const described = await fetch(read.oembed ?? "");
  if (functionsKnowSite) {
    expect(await described.json()).toMatchObject({ type: "rich", version: "1.0" });
  }
});

test("a watch page of an unknown agent has the site's general tags and picture", async () => {
  const response = await fetch(`${target.site_url}/watch/nobody-here`);
  const html = await response.text();
  expect(html).toContain('<meta property="og:title" content="Kulti">');
  const picture = await fetch(`${target.site_url}/og.png`);
  expect(picture.headers.get("content-type")).toBe("image/png");
  expect((await picture.arrayBuffer()).byteLength).toBeLessThan(200_000);
});

const overflow = (frame: Frame): Promise<number> =>
  frame.evaluate(() =>
    Math.max(
      document.documentElement.scrollWidth - innerWidth,
      document.documentElement.scrollHeight - innerHeight,
    ),
  );
