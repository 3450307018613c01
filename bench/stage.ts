/** The stage in a real browser: how soon a long session is seen, how fast it is sought in, whether frames are kept. */
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { launch_browser } from "../e2e/browser.ts";
import { make_event, post_long_session } from "./long-session.ts";
import { type Summary, summarize } from "./statistics.ts";
import { register_agent, type Target } from "./target.ts";

export interface StageLoad {
  /** Events of the session that is replayed, and of the one that is live. */
  replayed_events: number;
  live_events: number;
  /** While frames are measured. */
  events_per_second: number;
  seconds: number;
}

export interface StageResult {
  load: StageLoad;
  /** From the request for the page until the first thought is on it, in a browser that runs and has cached nothing. */
  first_picture: Summary;
  /** From the same until the whole session is known. */
  whole_session_ms: number;
  /** From the key until the picture of that moment. */
  seek: Summary;
  /** Time between frames on the live stage, and on an empty page before it: what this machine gives at best. */
  frame: Summary;
  empty_page_frame: Summary;
  /** JavaScript before the first event, gzip. */
  script_bytes: Record<"watch" | "lobby", number>;
}

export async function measure_stage(
  target: Target,
  site_url: string,
  load: StageLoad,
): Promise<StageResult> {
  const browser = await launch_browser();
  try {
    const replayed = await measure_replay(browser, target, site_url, load.replayed_events);
    const empty_page_frame = await measure_empty_page(browser, load.seconds);
    const frame = await measure_frames(browser, target, site_url, load);
    const script_bytes = {
      watch: await measure_scripts(browser, `${site_url}/watch/${replayed.agent_id}`),
      lobby: await measure_scripts(browser, `${site_url}/`),
    };
    const { first_picture, whole_session_ms, seek } = replayed;
    return {
      ...{ load, first_picture, whole_session_ms, seek },
      ...{ frame, empty_page_frame, script_bytes },
    };
  } finally {
    await browser.close();
  }
}

async function measure_replay(browser: Browser, target: Target, site_url: string, count: number) {
  const agent = await register_agent(target);
  await post_long_session(agent, count, "done");
  const url = `${site_url}/watch/${agent.agent_id}`;
  await open_page(browser).then((page) => page.close());
  const first_pictures: number[] = [];
  for (let visit = 0; visit < 10; visit++) first_pictures.push(await time_of_first(browser, url));
  const page = await open_page(browser);
  const began = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page
    .locator('[data-testid="connection"][data-state="ended"]')
    .waitFor({ timeout: 120_000 });
  const whole_session_ms = performance.now() - began;
  await sleep(1_000);
  const seeks: number[] = [];
  for (const key of ["5", "1", "9", "2", "8", "3", "7", "4", "6", "0"]) {
    seeks.push(await page.evaluate(time_of_seek, key));
    await sleep(300);
  }
  await page.close();
  const first_picture = summarize(first_pictures);
  return { agent_id: agent.agent_id, first_picture, whole_session_ms, seek: summarize(seeks) };
}

async function time_of_first(browser: Browser, url: string): Promise<number> {
  const page = await open_page(browser);
  const began = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator('[data-testid="thought"]').first().waitFor();
  const took = performance.now() - began;
  await page.close();
  return took;
}

/** Runs in the page: presses the key and waits until another place is shown and painted. */
function time_of_seek(key: string): Promise<number> {
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

async function measure_frames(
  browser: Browser,
  target: Target,
  site_url: string,
  { live_events, events_per_second, seconds }: StageLoad,
) {
  const agent = await register_agent(target);
  await post_long_session(agent, live_events, "working");
  const page = await open_page(browser);
  await page.goto(`${site_url}/watch/${agent.agent_id}`);
  await page.locator('[data-testid="connection"][data-state="live"]').waitFor({ timeout: 120_000 });
  await sleep(2_000);
  const frames = page.evaluate(times_of_frames, seconds * 1000);
  const posts: Promise<unknown>[] = [];
  for (let number = 0; number < seconds * events_per_second; number++) {
    posts.push(agent.post([make_event(live_events + number)]));
    await sleep(1000 / events_per_second);
  }
  await Promise.all(posts);
  const times = await frames;
  await page.close();
  return summarize(times);
}

async function measure_empty_page(browser: Browser, seconds: number): Promise<Summary> {
  const page = await open_page(browser);
  const times = await page.evaluate(times_of_frames, (seconds * 1000) / 2);
  await page.close();
  return summarize(times);
}

/** Runs in the page. */
function times_of_frames(for_ms: number): Promise<number[]> {
  const times: number[] = [];
  return new Promise((resolve) => {
    const began = performance.now();
    let last = began;
    const note = (now: number) => {
      times.push(now - last);
      last = now;
      if (now - began < for_ms) requestAnimationFrame(note);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(note);
  });
}

/** What the page loads while no event comes. */
async function measure_scripts(browser: Browser, url: string): Promise<number> {
  const page = await open_page(browser);
  await page.route("**/rpc/session_events*", () => {});
  // By address: a browser may answer a second use of a script from its cache as one more response.
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

const open_page = (browser: Browser): Promise<Page> =>
  browser.newPage({ viewport: { width: 1440, height: 900 } });
