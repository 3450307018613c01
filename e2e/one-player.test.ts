/** One session, live, replayed and as an exported file: the same keys lead to the same positions. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { exportHtml } from "kulti/export";
import { loadPageCode } from "kulti/export-page";
import { readSession } from "kulti/watch";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, stageOf, waitForConnection, waitForPlace, waitForSeq } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { api } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();
const folder = mkdtempSync(join(tmpdir(), "kulti-one-player-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Idle stretches of 4 seconds and of half an hour, events of one instant, every kind of chapter. */
const began = Date.now() - 3_600_000;
const events = (
  [
    [0, status("working")],
    [0, { type: "task", data: { title: "Mend the tide table" } }],
    [1, thought("Please mend it.", "prompt")],
    [2.5, thought("The year is missing.", "reasoning")],
    [6.5, { type: "code", data: { filename: "tide.ts", action: "write", content: "one\ntwo\n" } }],
    [7, { type: "milestone", data: { label: "Understood", completed: true } }],
    [7, { type: "terminal", data: { stream: "input", command: "npm test", text: "" } }],
    [1_807, { type: "terminal", data: { stream: "stdout", text: "1 failed\n", exit_code: 1 } }],
    [1_808, { type: "error", data: { message: "It is still wrong." } }],
    [
      1_811,
      { type: "code", data: { filename: "tide.ts", action: "write", content: "one\nthree\n" } },
    ],
    [1_812, { type: "task", data: { title: "Write it down" } }],
    [1_820, thought("The year is there.", "evaluation")],
    [1_821, status("done")],
  ] as const
).map(([seconds, event]) => ({ ...event, at: new Date(began + seconds * 1_000).toISOString() }));

const keys = [
  ...["Home", "]", "]", "]", "]", "[", ".", ".", ",", "5", "3", "9", "Home"],
  ...["ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowLeft", "End", ","],
];

test("a session has the same length, chapters and states live, replayed and exported", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post(events.slice(0, 6));
  const path = `${target.site_url}/watch/${agent.agent_id}/${sessionId}`;
  const live = await browser.newPage(desktop);
  await live.goto(path);
  await waitForConnection(live, "live");
  await agent.post(events.slice(6), { session_id: sessionId });
  await waitForSeq(live, events.length);

  const replayed = await browser.newPage(desktop);
  await replayed.goto(path);
  await waitForConnection(replayed, "ended");

  const offline = await browser.newPage(desktop);
  await offline.goto(await exportFile(sessionId));
  await waitForSeq(offline, 1);

  const chapters = ["task", "prompt", "milestone", "error", "task"];
  for (const page of [live, replayed]) {
    await part(page, "chapters").click();
    expect(await kindsOf(page, '[data-testid="chapter"]')).toEqual(chapters);
    await page.keyboard.press("Escape");
    await part(page, "chapter").first().waitFor({ state: "hidden" });
  }
  expect(await kindsOf(offline, ".mark")).toEqual(chapters);

  const ways = await Promise.all([
    walk(live, seenOnSite),
    walk(replayed, seenOnSite),
    walk(offline, seenInFile),
  ]);
  const [, asReplayed, inFile] = ways;
  expect(new Set(inFile?.map(({ stage }) => stage.seq)).size).toBeGreaterThan(8);
  expect(inFile).toEqual(asReplayed);
  expect(ways[0]).toEqual(asReplayed);
  for (const page of [live, replayed, offline]) await page.close();
});

test("a link to a time opens the same place on the site and in the file", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post(events);
  const file = await exportFile(sessionId);
  for (const [link, seq] of [
    ["?t=4", 4],
    ["?t=15:00", 7],
    ["?t=30:08", 9],
    ["?t=30:08#e3", 3],
  ] as const) {
    const onSite = await browser.newPage(desktop);
    await onSite.goto(`${target.site_url}/watch/${agent.agent_id}/${sessionId}${link}`);
    await waitForPlace(onSite, seq);
    const offline = await browser.newPage(desktop);
    await offline.goto(`${file}${link}`);
    await waitForSeq(offline, seq);
    expect(await seenInFile(offline)).toEqual(await seenOnSite(onSite));
    await onSite.close();
    await offline.close();
  }
});

/** The address of the file. */
async function exportFile(sessionId: string): Promise<string> {
  const file = join(folder, `${sessionId}.html`);
  const exported = exportHtml(await readSession(api, sessionId), await loadPageCode());
  writeFileSync(file, [...exported].join(""));
  return pathToFileURL(file).href;
}

const kindsOf = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.kind));

/** Presses each key and returns what the page then shows. */
async function walk(
  page: Page,
  see: (page: Page) => Promise<Seen>,
): Promise<(Seen & { key: string })[]> {
  const way: (Seen & { key: string })[] = [];
  for (const key of keys) {
    await page.keyboard.press(key);
    // Nothing plays meanwhile, so the position stays.
    await page.evaluate(
      () => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))),
    );
    way.push({ key, ...(await see(page)) });
  }
  return way;
}

interface Seen {
  stage: { seq: number };
  elapsed: string | null;
  total: string | null;
  /** How much of the bar is played. */
  played: string;
}

async function seenOnSite(page: Page): Promise<Seen> {
  return {
    stage: await stageOf(page),
    elapsed: await part(page, "position").textContent(),
    total: await part(page, "duration").textContent(),
    played: await widthOf(page, ".timeline-played"),
  };
}

async function seenInFile(page: Page): Promise<Seen> {
  return {
    stage: await stageOf(page),
    elapsed: await page.locator(".elapsed").textContent(),
    total: await page.locator(".total").textContent(),
    played: await widthOf(page, ".past"),
  };
}

const widthOf = async (page: Page, selector: string): Promise<string> =>
  Number.parseFloat(
    await page.locator(selector).evaluate((bar) => (bar as HTMLElement).style.width),
  ).toFixed(2);
