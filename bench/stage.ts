/** The stage in a real browser: time to the first picture of a long session, time to seek, and frame rate. */
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../e2e/browser.ts";
import { makeEvent, postLongSession } from "./long-session.ts";
import { type Summary, summarize } from "./statistics.ts";
import { registerAgent, type Target } from "./target.ts";

export interface StageLoad {
  /** Events of the session that is replayed, and of the one that is live. */
  replayedEvents: number;
  liveEvents: number;
  /** While frame times are measured. */
  eventsPerSecond: number;
  seconds: number;
}

export interface StageResult {
  load: StageLoad;
  /** From the page request until its first thought is visible, in a running browser with an empty cache. */
  firstPicture: Summary;
  /** From the page request until the page has the whole session. */
  wholeSessionMs: number;
  /** From the key press until that moment is painted. */
  seek: Summary;
  /**
   * Time between frames on the live stage, and before that on an empty page, which is the best that this machine can
   * do.
   */
  frame: Summary;
  emptyPageFrame: Summary;
  /** JavaScript before the first event, gzip. */
  scriptBytes: Record<"watch" | "lobby", number>;
}

export async function measureStage(
  target: Target,
  siteUrl: string,
  load: StageLoad,
): Promise<StageResult> {
  const browser = await launchBrowser();
  try {
    const replayed = await measureReplay(browser, target, siteUrl, load.replayedEvents);
    const emptyPageFrame = await measureEmptyPage(browser, load.seconds);
    const frame = await measureFrames(browser, target, siteUrl, load);
    const scriptBytes = {
      watch: await measureScripts(browser, `${siteUrl}/watch/${replayed.agent_id}`),
      lobby: await measureScripts(browser, `${siteUrl}/`),
    };
    const { firstPicture, wholeSessionMs, seek } = replayed;
    return {
      load,
      firstPicture,
      wholeSessionMs,
      seek,
      frame,
      emptyPageFrame,
      scriptBytes,
    };
  } finally {
    await browser.close();
  }
}

async function measureReplay(browser: Browser, target: Target, siteUrl: string, count: number) {
  const agent = await registerAgent(target);
  await postLongSession(agent, count, "done");
  const url = `${siteUrl}/watch/${agent.agent_id}`;
  await openPage(browser).then((page) => page.close());
  const firstPictures: number[] = [];
  for (let visit = 0; visit < 10; visit++) firstPictures.push(await timeOfFirst(browser, url));
  const page = await openPage(browser);
  const began = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page
    .locator('[data-testid="connection"][data-state="ended"]')
    .waitFor({ timeout: 120_000 });
  const wholeSessionMs = performance.now() - began;
  await sleep(1_000);
  const seeks: number[] = [];
  for (const key of ["5", "1", "9", "2", "8", "3", "7", "4", "6", "0"]) {
    seeks.push(await page.evaluate(timeOfSeek, key));
    await sleep(300);
  }
  await page.close();
  const firstPicture = summarize(firstPictures);
  return { agent_id: agent.agent_id, firstPicture, wholeSessionMs, seek: summarize(seeks) };
}

async function timeOfFirst(browser: Browser, url: string): Promise<number> {
  const page = await openPage(browser);
  const began = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator('[data-testid="thought"]').first().waitFor();
  const took = performance.now() - began;
  await page.close();
  return took;
}

/** Runs in the page: presses the key and waits until the new position is painted. */
function timeOfSeek(key: string): Promise<number> {
  const place = () => document.querySelector<HTMLElement>('[data-testid="position"]')?.dataset.seq;
  const before = place();
  const began = performance.now();
  window.dispatchEvent(new KeyboardEvent("keydown", { key }));
  return new Promise((resolve) => {
    const look = () => {
      if (place() === before) return requestAnimationFrame(look);
      // After the frame in which it was drawn.
      const painted = new MessageChannel();
      painted.port1.onmessage = () => resolve(performance.now() - began);
      requestAnimationFrame(() => painted.port2.postMessage(null));
    };
    requestAnimationFrame(look);
  });
}

async function measureFrames(
  browser: Browser,
  target: Target,
  siteUrl: string,
  { liveEvents, eventsPerSecond, seconds }: StageLoad,
) {
  const agent = await registerAgent(target);
  await postLongSession(agent, liveEvents, "working");
  const page = await openPage(browser);
  await page.goto(`${siteUrl}/watch/${agent.agent_id}`);
  await page.locator('[data-testid="connection"][data-state="live"]').waitFor({ timeout: 120_000 });
  await sleep(2_000);
  const frames = page.evaluate(timesOfFrames, seconds * 1000);
  const posts: Promise<unknown>[] = [];
  for (let number = 0; number < seconds * eventsPerSecond; number++) {
    posts.push(agent.post([makeEvent(liveEvents + number)]));
    await sleep(1000 / eventsPerSecond);
  }
  await Promise.all(posts);
  const times = await frames;
  await page.close();
  return summarize(times);
}

async function measureEmptyPage(browser: Browser, seconds: number): Promise<Summary> {
  const page = await openPage(browser);
  const times = await page.evaluate(timesOfFrames, (seconds * 1000) / 2);
  await page.close();
  return summarize(times);
}

/** Runs in the page. */
function timesOfFrames(forMs: number): Promise<number[]> {
  const times: number[] = [];
  return new Promise((resolve) => {
    const began = performance.now();
    let last = began;
    const note = (now: number) => {
      times.push(now - last);
      last = now;
      if (now - began < forMs) requestAnimationFrame(note);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(note);
  });
}

/** The scripts that the page loads without any event. */
async function measureScripts(browser: Browser, url: string): Promise<number> {
  const page = await openPage(browser);
  await page.route("**/rpc/session_events*", () => {});
  // Counted by address, because a browser may report a script from its cache as another response.
  const sizes = new Map<string, Promise<number>>();
  page.on("response", (response) => {
    if (!/\.m?js(\?|$)/.test(response.url())) return;
    sizes.set(
      response.url(),
      response.body().then((body) => gzipSync(body).length),
    );
  });
  await page.goto(url);
  await sleep(2_000);
  const bytes = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0);
  await page.close();
  return bytes;
}

const openPage = (browser: Browser): Promise<Page> =>
  browser.newPage({ viewport: { width: 1440, height: 900 } });
