import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, stage_of, wait_for_connection, wait_for_seq } from "./page.ts";
import { shared_browser } from "./shared-browser.ts";
import { folded_table, read_table } from "./table.ts";
import { target } from "./target.ts";

const browser = await shared_browser();

test("invariant 1: a viewer that was offline for ten seconds ends with exactly the table", async () => {
  const agent = await register();
  const { session_id } = await agent.post([status("live")]);
  const steady = await open(agent.agent_id);
  const shaky = await open(agent.agent_id);
  await Promise.all([steady, shaky].map((page) => wait_for_connection(page, "live")));

  const stream = (async () => {
    const began = performance.now();
    for (let number = 1; number <= 300; number++) {
      await agent.post([thought(`Step ${number}`)]);
      await sleep(Math.max(0, began + number * 50 - performance.now()));
    }
  })();
  await sleep(2_000);
  await shaky.context().setOffline(true);
  await part(shaky, "connection").and(shaky.locator('[data-state="offline"]')).waitFor();
  await sleep(10_000);
  await shaky.context().setOffline(false);
  await stream;

  const table = await read_table(session_id);
  expect(table.map(({ seq }) => seq)).toEqual(table.map((_, index) => index + 1));
  expect(table).toHaveLength(301);
  const truth = await folded_table(session_id);
  for (const page of [steady, shaky]) {
    await wait_for_seq(page, 301);
    await wait_for_connection(page, "live");
    expect(await stage_of(page)).toEqual(truth);
  }
}, 90_000);

async function open(agent_id: string): Promise<Page> {
  const context = await browser.newContext(desktop);
  const page = await context.newPage();
  await page.goto(`${target.site_url}/watch/${agent_id}`);
  return page;
}
