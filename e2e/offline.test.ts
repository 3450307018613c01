import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, stageOf, waitForConnection, waitForSeq } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { foldedTable, readTable } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

test("invariant 1: a viewer that was offline for ten seconds ends with exactly the table", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([status("live")]);
  const steady = await open(agent.agent_id);
  const shaky = await open(agent.agent_id);
  await Promise.all([steady, shaky].map((page) => waitForConnection(page, "live")));

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

  const table = await readTable(sessionId);
  expect(table.map(({ seq }) => seq)).toEqual(table.map((_, index) => index + 1));
  expect(table).toHaveLength(301);
  const truth = await foldedTable(sessionId);
  for (const page of [steady, shaky]) {
    await waitForSeq(page, 301);
    await waitForConnection(page, "live");
    expect(await stageOf(page)).toEqual(truth);
  }
}, 90_000);

async function open(agentId: string): Promise<Page> {
  const context = await browser.newContext(desktop);
  const page = await context.newPage();
  await page.goto(`${target.site_url}/watch/${agentId}`);
  return page;
}
