/** Replaying sessions that have ended. For live sessions, see rewind.test.ts. */
import { emptyStage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import type { BrowserContext, Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { register, spaced, status, thought } from "./agent.ts";
import { numberOf, part, stageOf, waitForConnection, waitForPlace } from "./page.ts";
import { ownRun, replay } from "./recorded-run.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { api, foldedTable, readTable } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();
let context: BrowserContext;
beforeAll(async () => {
  context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
});

async function open(path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${target.site_url}${path}`);
  return page;
}

const folded = (events: readonly StoredEvent[], seq: number) =>
  JSON.parse(JSON.stringify(events.slice(0, seq).reduce<Stage>(fold, emptyStage)));

describe("replay of an ended session", () => {
  let path: string;
  let sessionId: string;
  let events: StoredEvent[];
  let times: number[];

  beforeAll(async () => {
    const agent = await register();
    await replay(ownRun, { agentId: agent.agent_id, apiKey: agent.api_key });
    const [head] = await api.findSessions({ agent_id: agent.agent_id, max_rows: 1 });
    if (!head) throw new Error("The replay made no session.");
    sessionId = head.session_id;
    path = `/watch/${agent.agent_id}/${sessionId}`;
    events = await readTable(sessionId);
    const began = Date.parse(events[0]?.at ?? "");
    let latest = 0;
    times = events.map(({ at }) => {
      latest = Math.max(latest, Date.parse(at) - began);
      return latest;
    });
  });

  test("opens at the end with an offer to replay, and playing ends in the folded table", async () => {
    const page = await open(path.replace(`/${sessionId}`, ""));
    await waitForConnection(page, "ended");
    expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
    await part(page, "play").filter({ hasText: "Replay" }).click();
    await waitForConnection(page, "replay");
    expect((await stageOf(page)).seq).toBeLessThan(events.length);
    for (let press = 0; press < 4; press++) await page.keyboard.press(">");
    await part(page, "speed").and(page.locator('[data-speed="16"]')).waitFor();
    await page.keyboard.press("5");
    await page.keyboard.press("2");
    await waitForConnection(page, "ended", 30_000);
    expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
    await page.close();
  });

  test("the state at #e<seq> is the fold of the first seq events, also backwards and in single steps", async () => {
    for (const seq of [1, Math.ceil(events.length / 2), events.length - 1]) {
      const page = await open(`${path}#e${seq}`);
      await waitForPlace(page, seq);
      expect(await stageOf(page)).toEqual(folded(events, seq));
      await page.close();
    }
    const page = await open(`${path}#e10`);
    await waitForPlace(page, 10);
    await page.keyboard.press(",");
    await waitForPlace(page, 9);
    expect(await stageOf(page)).toEqual(folded(events, 9));
    await page.keyboard.press(".");
    await page.keyboard.press(".");
    await waitForPlace(page, 11);
    expect(await stageOf(page)).toEqual(folded(events, 11));
    await page.close();
  });

  test("?t=, speed, idle and autoplay in the address apply", async () => {
    const seconds = Math.floor((times.at(-1) ?? 0) / 2000);
    const seq = times.filter((ms) => ms <= seconds * 1000).length;
    const page = await open(`${path}?t=${seconds}&speed=4&idle=0`);
    await waitForPlace(page, seq);
    expect(await stageOf(page)).toEqual(folded(events, seq));
    await waitForConnection(page, "replay");
    expect(await numberOf(page, "position", "data-ms")).toBe(seconds * 1000);
    expect(await numberOf(page, "speed", "data-speed")).toBe(4);
    await part(page, "speed").click();
    expect(await part(page, "idle").getAttribute("aria-checked")).toBe("false");
    await page.goto(`${target.site_url}${path}?t=0:00&autoplay=1&speed=16`);
    await waitForConnection(page, "ended", 30_000);
    await page.close();
  });

  test("chapters jump to their times, by mouse and by keyboard", async () => {
    const agent = await register();
    const told = [
      { type: "task", data: { title: "Find the leak" } },
      thought("Look at the pool."),
      { type: "milestone", data: { label: "Reproduced", completed: true } },
      thought("It grows by one per request."),
      { type: "error", data: { message: "Out of memory" } },
      thought("Should the limit be raised?", "prompt"),
      status("done"),
    ];
    const { session_id: sessionId } = await agent.post(spaced(told, 2_000));
    const page = await open(`/watch/${agent.agent_id}/${sessionId}`);
    await waitForConnection(page, "ended");
    await part(page, "chapters").click();
    expect(await part(page, "chapter").allTextContents()).toEqual([
      "task: Find the leak0:00",
      "milestone: Reproduced0:04",
      "error: Out of memory0:08",
      "prompt: Should the limit be raised?0:10",
    ]);
    await part(page, "chapter").filter({ hasText: "Out of memory" }).click();
    await waitForPlace(page, 5);
    await page.keyboard.press("[");
    await waitForPlace(page, 3);
    await page.keyboard.press("]");
    await page.keyboard.press("]");
    await waitForPlace(page, 6);
    expect(await part(page, "timeline").getAttribute("aria-valuetext")).toBe(
      "10 s of 12 s, Should the limit be raised?",
    );
    await part(page, "chapters").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await waitForPlace(page, 5);
    await page.close();
  });

  test("the menu sets the speed, and a key opens the help", async () => {
    const page = await open(path);
    await waitForConnection(page, "ended");
    await part(page, "speed").click();
    await page.getByRole("button", { name: "8×" }).click();
    await part(page, "speed").and(page.locator('[data-speed="8"]')).waitFor();
    await page.keyboard.press("?");
    await part(page, "help").getByText("Previous or next chapter").waitFor();
    await page.keyboard.press("Escape");
    await part(page, "help").waitFor({ state: "hidden" });
    await page.close();
  });

  test("a copied link opens the same time", async () => {
    const page = await open(`${path}#e7`);
    await waitForPlace(page, 7);
    await part(page, "share").click();
    await part(page, "copy-moment").click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/\?t=\d+:\d\d#e7$/);
    await page.goto("about:blank");
    await page.goto(link);
    await waitForPlace(page, 7);
    expect(await stageOf(page)).toEqual(folded(events, 7));
    await page.close();
  });

  test("the session's figures open by keyboard, and focus returns", async () => {
    const page = await open(path);
    await waitForConnection(page, "ended");
    await part(page, "figures").focus();
    await page.keyboard.press("Enter");
    const dialog = part(page, "figures-dialog");
    const eventsShown = dialog.locator(".panel-numbers div").first().locator("dd");
    await expect.poll(() => eventsShown.first().textContent()).toBe(String(events.length));
    await dialog.locator("canvas").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe(
      "figures",
    );
    await page.close();
  });

  test("a file links to the thought before its change", async () => {
    const page = await open(path);
    await waitForConnection(page, "ended");
    await part(page, "why").click();
    await page.locator('[data-testid="thought"][data-pointed="true"]').waitFor();
    await page.close();
  });
});

test("events of one millisecond and clocks that jump back lose nothing", async () => {
  const agent = await register();
  const at = (ms: number) => new Date(Date.parse("2026-11-22T10:00:00Z") + ms).toISOString();
  const said = [0, 0, 0, 8_000, 2_000, 9_000].map((ms, index) => ({
    ...thought(`${index}`),
    at: at(ms),
  }));
  const { session_id: sessionId } = await agent.post([
    ...said,
    { ...status("done"), at: at(9_000) },
  ]);
  const page = await open(`/watch/${agent.agent_id}/${sessionId}#e5`);
  await waitForPlace(page, 5);
  expect(await numberOf(page, "position", "data-ms")).toBe(8_000);
  expect(await numberOf(page, "duration", "data-ms")).toBe(9_000);
  await page.keyboard.press("Home");
  await waitForPlace(page, 3);
  await page.keyboard.press("End");
  await waitForConnection(page, "ended");
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
  await page.close();
});

test("a long session opens at its newest thought and renders only its neighbourhood", async () => {
  const agent = await register();
  const ofType = (index: number) => (index % 3 === 0 ? "reasoning" : "observation");
  const said = Array.from({ length: 3_999 }, (_, index) =>
    thought(`Thought ${index + 1}. ${"It goes on. ".repeat(index % 9)}`, ofType(index)),
  );
  const events = spaced([...said, status("done")], 1_000);
  let sessionId = "";
  for (let from = 0; from < events.length; from += 500) {
    ({ session_id: sessionId } = await agent.post(events.slice(from, from + 500)));
  }
  const page = await open(`/watch/${agent.agent_id}/${sessionId}`);
  await waitForConnection(page, "ended");
  const rows = part(page, "thought");
  await expect.poll(() => rows.last().textContent()).toContain("Thought 3999.");
  const isInView = () =>
    rows.last().evaluate((row) => row.getBoundingClientRect().bottom < innerHeight);
  await expect.poll(isInView).toBe(true);
  await expect.poll(() => rows.count()).toBeLessThan(300);
  await page.locator(".mind-scroll").hover();
  await page.mouse.wheel(0, -3_000);
  await page.locator(".new-below").click();
  await expect.poll(isInView).toBe(true);
  await page.close();
});

test("a session of one event can be replayed too", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([status("done")]);
  const page = await open(`/watch/${agent.agent_id}/${sessionId}?t=5`);
  await waitForConnection(page, "ended");
  await page.keyboard.press("k");
  await page.keyboard.press("5");
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
  await page.close();
});
