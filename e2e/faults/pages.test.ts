/** A real page, with the time limits that it has in real life, behind a proxy that misbehaves. */

import { createAgent } from "kulti";
import type { Page } from "playwright-core";
import { expect, test, vi } from "vitest";
import { register, status, thought } from "../agent.ts";
import { desktop } from "../browser.ts";
import { part, stage_of, wait_for_connection, wait_for_seq } from "../page.ts";
import { shared_browser } from "../shared-browser.ts";
import { folded_table } from "../table.ts";
import { target } from "../target.ts";
import { type FaultProxy, start_proxy } from "./proxy.ts";
import { sleep, until } from "./run.ts";

// They wait for real time limits, some of them at once.
vi.setConfig({ testTimeout: 120_000 });

const browser = await shared_browser();

/** A page touches every 15 s and gives a request 10 s. */
const live_ms = 25_000;

async function open(path: string, proxy: FaultProxy): Promise<Page> {
  // The site's policy names the stack alone.
  const context = await browser.newContext({ ...desktop, bypassCSP: true });
  const { publishable_key } = target;
  const config = { api_url: proxy.url, publishable_key };
  await context.route("**/config.json", (route) => route.fulfill({ json: config }));
  const page = await context.newPage();
  await page.goto(`${target.site_url}${path}`);
  return page;
}

const word_of = (page: Page) => part(page, "connection").first().getAttribute("data-state");

test.concurrent("a page whose connections go dead without a word says so in time, and has everything once they are back", async () => {
  const agent = await register();
  const { session_id } = await agent.post([status("live")]);
  const proxy = await start_proxy(target.api_url);
  try {
    const page = await open(`/watch/${agent.agent_id}`, proxy);
    await wait_for_connection(page, "live");
    proxy.set("half_open");
    const dead_at = performance.now();
    await agent.post(Array.from({ length: 20 }, (_, n) => thought(`Unseen ${n}`)));
    let was_untrue_ms = 0;
    let noticed_ms = 0;
    while (performance.now() - dead_at < live_ms + 2_000) {
      const word = await word_of(page);
      const age_ms = performance.now() - proxy.told_at;
      if (word !== "live") noticed_ms ||= performance.now() - dead_at;
      else was_untrue_ms = Math.max(was_untrue_ms, age_ms - live_ms);
      await sleep(100);
    }
    expect(noticed_ms).toBeGreaterThan(0);
    expect(was_untrue_ms).toBe(0);
    // Dead it was: nothing had come.
    expect((await stage_of(page)).seq).toBe(1);
    proxy.set(null);
    await wait_for_seq(page, 21);
    await wait_for_connection(page, "live");
    expect(await stage_of(page)).toEqual(await folded_table(session_id));
    await page.context().close();
  } finally {
    await proxy.close();
  }
});

test.concurrent("a page whose first requests and first handshake are never answered shows the stage all the same", async () => {
  const agent = await register();
  const { session_id } = await agent.post([status("live"), thought("The lights go up.")]);
  const proxy = await start_proxy(target.api_url);
  try {
    proxy.set("hang");
    const page = await open(`/watch/${agent.agent_id}`, proxy);
    await until(() => (proxy.struck.get("hang") ?? 0) > 0);
    proxy.set("no_handshake");
    await until(() => (proxy.struck.get("no_handshake") ?? 0) > 0);
    proxy.set(null);
    await wait_for_connection(page, "live", 25_000);
    expect(await stage_of(page)).toEqual(await folded_table(session_id));
    await page.context().close();
  } finally {
    await proxy.close();
  }
});

test.concurrent("the search page asks again by itself after a failure", async () => {
  const agent = await register();
  const word = `w${crypto.randomUUID().slice(0, 8)}`;
  await agent.post([thought(`A ${word} of its own`)]);
  const proxy = await start_proxy(target.api_url);
  try {
    proxy.set("page_502");
    const page = await open(`/search?q=${word}`, proxy);
    await page.locator("#notice-text").filter({ hasText: "Retrying" }).waitFor();
    proxy.set(null);
    await page
      .locator(".hit-group")
      .filter({ hasText: agent.agent_id })
      .waitFor({ timeout: 15_000 });
    await page.context().close();
  } finally {
    await proxy.close();
  }
});

test.concurrent("an agent sends within seconds of the end of an outage, however long that was", async () => {
  const { agent_id, api_key } = await register();
  const proxy = await start_proxy(target.api_url);
  const agent = createAgent({ server: proxy.url, agent_id, api_key, on_problem() {} });
  try {
    agent.think("before");
    await agent.flush();
    proxy.set("refuse");
    agent.think("during");
    // By then the next try is up to half a minute away.
    await sleep(25_000);
    expect(agent.pending).toBe(1);
    proxy.set(null);
    const back_at = performance.now();
    await agent.flush();
    expect(performance.now() - back_at).toBeLessThan(5_000);
  } finally {
    await agent.close({ timeout_ms: 0 });
    await proxy.close();
  }
});
