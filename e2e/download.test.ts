/** The share menu: what it copies, and the files that it makes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, stageOf, waitForSeq } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { foldedTable, readTable } from "./table.ts";
import { target } from "./target.ts";

const hostile = `</script><img src=x onerror="window.pwned=1">`;

const browser = await sharedBrowser();
let folder: string;
let page: Page;
let agentId: string;
let sessionId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kulti-download-"));
  const agent = await register();
  agentId = agent.agent_id;
  // More than one page of events.
  const start = Date.UTC(2026, 10, 22, 10);
  for (let batch = 0; batch < 3; batch++) {
    const events = Array.from({ length: 400 }, (_, n) => ({
      ...thought(`Thought ${batch * 400 + n} ${hostile}`),
      at: new Date(start + (batch * 400 + n) * 1_000).toISOString(),
    }));
    ({ session_id: sessionId } = await agent.post(events));
  }
  await agent.post([
    { type: "terminal", data: { stream: "stdout", text: "42 passed\n" } },
    status("done"),
  ]);
  const context = await browser.newContext({
    ...desktop,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  page = await context.newPage();
  await page.goto(`${target.site_url}/watch/${agentId}/${sessionId}`);
  await waitForSeq(page, 1);
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
});

async function download(format: string): Promise<{ name: string; path: string; text: string }> {
  await part(page, "share").click();
  const coming = page.waitForEvent("download");
  await part(page, `download-${format}`).click();
  const file = await coming;
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  await expect.poll(() => page.locator(".menu-panel").count()).toBe(0);
  return { name: file.suggestedFilename(), path, text: readFileSync(path, "utf8") };
}

test("the downloaded NDJSON equals the table", async () => {
  const { name, text } = await download("ndjson");
  expect(name).toMatch(
    new RegExp(`^${agentId}-\\d{4}-\\d\\d-\\d\\d-${sessionId.slice(0, 8)}\\.ndjson$`),
  );
  const [head, ...events] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(head.session).toMatchObject({ session_id: sessionId, to_seq: 1_202 });
  expect(events).toEqual(await readTable(sessionId));
});

test("the downloaded HTML replays the table offline, and hostile text in it stays inert", async () => {
  const { path } = await download("html");
  const context = await browser.newContext();
  await context.setOffline(true);
  const offline = await context.newPage();
  await offline.goto(pathToFileURL(path).href);
  await offline.keyboard.press("End");
  expect(await stageOf(offline)).toEqual(await foldedTable(sessionId));
  expect(await offline.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  await context.close();
});

test("asciicast and Markdown download with their own types", async () => {
  const cast = await download("asciicast");
  expect(JSON.parse(cast.text.slice(0, cast.text.indexOf("\n")))).toMatchObject({ version: 3 });
  expect(cast.text).toContain("42 passed");
  const report = await download("markdown");
  expect(report.name).toMatch(/\.md$/);
  expect(report.text).toContain("Thought 1199");
});

test("keyboard: the menu opens, arrows reach its entries, the embed code is copied, focus returns", async () => {
  await part(page, "share").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await part(page, "share").filter({ hasText: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `<script async src="${target.site_url}/embed.js" data-agent="${agentId}" data-session="${sessionId}"></script>`,
  );
  expect(await page.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe(
    "share",
  );
});

test("a failed download says why and keeps the menu open", async () => {
  await page.route("**/rpc/session_events", (route) => route.abort());
  await part(page, "share").click();
  await part(page, "download-markdown").click();
  await page.getByRole("status").filter({ hasText: "Cannot reach" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await page.locator(".menu-panel").count()).toBe(0);
});
