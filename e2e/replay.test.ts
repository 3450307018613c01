/** The player in time: replaying what has ended. What is live: rewind.test.ts. */
import { empty_stage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import type { BrowserContext, Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { register, spaced, status, thought } from "./agent.ts";
import { number_of, part, stage_of, wait_for_connection, wait_for_place } from "./page.ts";
import { own_run, replay } from "./recorded-run.ts";
import { shared_browser } from "./shared-browser.ts";
import { api, folded_table, read_table } from "./table.ts";
import { target } from "./target.ts";

const browser = await shared_browser();
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
  JSON.parse(JSON.stringify(events.slice(0, seq).reduce<Stage>(fold, empty_stage)));

describe("replaying what has ended", () => {
  let path: string;
  let session_id: string;
  let events: StoredEvent[];
  let times: number[];

  beforeAll(async () => {
    const agent = await register();
    await replay(own_run, agent);
    const [head] = await api.find_sessions({ agent_id: agent.agent_id, max_rows: 1 });
    if (!head) throw new Error("The replay made no session.");
    session_id = head.session_id;
    path = `/watch/${agent.agent_id}/${session_id}`;
    events = await read_table(session_id);
    const began = Date.parse(events[0]?.at ?? "");
    let latest = 0;
    times = events.map(({ at }) => {
      latest = Math.max(latest, Date.parse(at) - began);
      return latest;
    });
  });

  test("opens at its end with an offer to replay, and played it ends as the table does", async () => {
    const page = await open(path.replace(`/${session_id}`, ""));
    await wait_for_connection(page, "ended");
    expect(await stage_of(page)).toEqual(await folded_table(session_id));
    await part(page, "play").filter({ hasText: "Replay" }).click();
    await wait_for_connection(page, "replay");
    expect((await stage_of(page)).seq).toBeLessThan(events.length);
    for (let press = 0; press < 4; press++) await page.keyboard.press(">");
    await part(page, "speed").and(page.locator('[data-speed="16"]')).waitFor();
    await page.keyboard.press("5");
    await page.keyboard.press("2");
    await wait_for_connection(page, "ended", 30_000);
    expect(await stage_of(page)).toEqual(await folded_table(session_id));
    await page.close();
  });

  test("state at #e<seq> is the fold of the first seq events, also going back and by single steps", async () => {
    for (const seq of [1, Math.ceil(events.length / 2), events.length - 1]) {
      const page = await open(`${path}#e${seq}`);
      await wait_for_place(page, seq);
      expect(await stage_of(page)).toEqual(folded(events, seq));
      await page.close();
    }
    const page = await open(`${path}#e10`);
    await wait_for_place(page, 10);
    await page.keyboard.press(",");
    await wait_for_place(page, 9);
    expect(await stage_of(page)).toEqual(folded(events, 9));
    await page.keyboard.press(".");
    await page.keyboard.press(".");
    await wait_for_place(page, 11);
    expect(await stage_of(page)).toEqual(folded(events, 11));
    await page.close();
  });

  test("?t= opens at that time, speed, idle and autoplay as the address says", async () => {
    const seconds = Math.floor((times.at(-1) ?? 0) / 2000);
    const seq = times.filter((ms) => ms <= seconds * 1000).length;
    const page = await open(`${path}?t=${seconds}&speed=4&idle=0`);
    await wait_for_place(page, seq);
    expect(await stage_of(page)).toEqual(folded(events, seq));
    await wait_for_connection(page, "replay");
    expect(await number_of(page, "position", "data-ms")).toBe(seconds * 1000);
    expect(await number_of(page, "speed", "data-speed")).toBe(4);
    await part(page, "speed").click();
    expect(await part(page, "idle").getAttribute("aria-checked")).toBe("false");
    await page.goto(`${target.site_url}${path}?t=0:00&autoplay=1&speed=16`);
    await wait_for_connection(page, "ended", 30_000);
    await page.close();
  });

  test("chapters lead to their moments, by mouse and by keyboard", async () => {
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
    const { session_id } = await agent.post(spaced(told, 2_000));
    const page = await open(`/watch/${agent.agent_id}/${session_id}`);
    await wait_for_connection(page, "ended");
    await part(page, "chapters").click();
    expect(await part(page, "chapter").allTextContents()).toEqual([
      "task: Find the leak0:00",
      "milestone: Reproduced0:04",
      "error: Out of memory0:08",
      "prompt: Should the limit be raised?0:10",
    ]);
    await part(page, "chapter").filter({ hasText: "Out of memory" }).click();
    await wait_for_place(page, 5);
    await page.keyboard.press("[");
    await wait_for_place(page, 3);
    await page.keyboard.press("]");
    await page.keyboard.press("]");
    await wait_for_place(page, 6);
    expect(await part(page, "timeline").getAttribute("aria-valuetext")).toBe(
      "10 s of 12 s, Should the limit be raised?",
    );
    await part(page, "chapters").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await wait_for_place(page, 5);
    await page.close();
  });

  test("the speed is chosen in its menu, the help opens by its key", async () => {
    const page = await open(path);
    await wait_for_connection(page, "ended");
    await part(page, "speed").click();
    await page.getByRole("button", { name: "8×" }).click();
    await part(page, "speed").and(page.locator('[data-speed="8"]')).waitFor();
    await page.keyboard.press("?");
    await part(page, "help").getByText("Chapter before or after").waitFor();
    await page.keyboard.press("Escape");
    await part(page, "help").waitFor({ state: "hidden" });
    await page.close();
  });

  test("the link that is copied opens the same moment", async () => {
    const page = await open(`${path}#e7`);
    await wait_for_place(page, 7);
    await part(page, "share").click();
    await part(page, "copy-moment").click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/\?t=\d+:\d\d#e7$/);
    await page.goto("about:blank");
    await page.goto(link);
    await wait_for_place(page, 7);
    expect(await stage_of(page)).toEqual(folded(events, 7));
    await page.close();
  });

  test("the figures of the session open over it by keyboard, and focus comes back", async () => {
    const page = await open(path);
    await wait_for_connection(page, "ended");
    await part(page, "figures").focus();
    await page.keyboard.press("Enter");
    const dialog = part(page, "figures-dialog");
    const events_shown = dialog.locator(".panel-numbers div").first().locator("dd");
    await expect.poll(() => events_shown.first().textContent()).toBe(String(events.length));
    await dialog.locator("canvas").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe(
      "figures",
    );
    await page.close();
  });

  test("from a file to the thought before its change", async () => {
    const page = await open(path);
    await wait_for_connection(page, "ended");
    await part(page, "why").click();
    await page.locator('[data-testid="thought"][data-pointed="true"]').waitFor();
    await page.close();
  });
});

test("events of one millisecond and clocks that jump back: time stands still, nothing is lost", async () => {
  const agent = await register();
  const at = (ms: number) => new Date(Date.parse("2026-11-22T10:00:00Z") + ms).toISOString();
  const said = [0, 0, 0, 8_000, 2_000, 9_000].map((ms, index) => ({
    ...thought(`${index}`),
    at: at(ms),
  }));
  const { session_id } = await agent.post([...said, { ...status("done"), at: at(9_000) }]);
  const page = await open(`/watch/${agent.agent_id}/${session_id}#e5`);
  await wait_for_place(page, 5);
  expect(await number_of(page, "position", "data-ms")).toBe(8_000);
  expect(await number_of(page, "duration", "data-ms")).toBe(9_000);
  await page.keyboard.press("Home");
  await wait_for_place(page, 3);
  await page.keyboard.press("End");
  await wait_for_connection(page, "ended");
  expect(await stage_of(page)).toEqual(await folded_table(session_id));
  await page.close();
});

test("a long session opens at its newest thought, and only what is near it is on the page", async () => {
  const agent = await register();
  const of_type = (index: number) => (index % 3 === 0 ? "reasoning" : "observation");
  const said = Array.from({ length: 3_999 }, (_, index) =>
    thought(`Thought ${index + 1}. ${"It goes on. ".repeat(index % 9)}`, of_type(index)),
  );
  const events = spaced([...said, status("done")], 1_000);
  let session_id = "";
  for (let from = 0; from < events.length; from += 500) {
    ({ session_id } = await agent.post(events.slice(from, from + 500)));
  }
  const page = await open(`/watch/${agent.agent_id}/${session_id}`);
  await wait_for_connection(page, "ended");
  const rows = part(page, "thought");
  await expect.poll(() => rows.last().textContent()).toContain("Thought 3999.");
  const is_in_view = () =>
    rows.last().evaluate((row) => row.getBoundingClientRect().bottom < innerHeight);
  await expect.poll(is_in_view).toBe(true);
  await expect.poll(() => rows.count()).toBeLessThan(300);
  await page.locator(".mind-scroll").hover();
  await page.mouse.wheel(0, -3_000);
  await page.locator(".new-below").click();
  await expect.poll(is_in_view).toBe(true);
  await page.close();
});

test("a session of one event can be replayed too", async () => {
  const agent = await register();
  const { session_id } = await agent.post([status("done")]);
  const page = await open(`/watch/${agent.agent_id}/${session_id}?t=5`);
  await wait_for_connection(page, "ended");
  await page.keyboard.press("k");
  await page.keyboard.press("5");
  expect(await stage_of(page)).toEqual(await folded_table(session_id));
  await page.close();
});
