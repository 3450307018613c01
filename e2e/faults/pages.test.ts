/** A real page, with its real time limits, behind a proxy that misbehaves. */

import { createAgent } from "kulti";
import type { Page } from "playwright-core";
import { expect, test, vi } from "vitest";
import { register, status, thought } from "../agent.ts";
import { desktop } from "../browser.ts";
import { part, stageOf, waitForConnection, waitForSeq } from "../page.ts";
import { sharedBrowser } from "../shared-browser.ts";
import { foldedTable } from "../table.ts";
import { target } from "../target.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";
import { sleep, until } from "./run.ts";

// They wait for real time limits, some of them at once.
vi.setConfig({ testTimeout: 120_000 });

const browser = await sharedBrowser();

/** A page touches every 15 s and gives a request 10 s. */
const liveMs = 25_000;

async function open(path: string, proxy: FaultProxy): Promise<Page> {
  // The site's policy allows only the stack.
  const context = await browser.newContext({ ...desktop, bypassCSP: true });
  const { publishable_key: publishableKey } = target;
  const config = { api_url: proxy.url, publishable_key: publishableKey };
  await context.route("**/config.json", (route) => route.fulfill({ json: config }));
  const page = await context.newPage();
  await page.goto(`${target.site_url}${path}`);
  return page;
}

const wordOf = (page: Page) => part(page, "connection").first().getAttribute("data-state");

test.concurrent("a page whose connections die silently says so in time, and has everything once they are back", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([status("live")]);
  const proxy = await startProxy(target.api_url);
  try {
    const page = await open(`/watch/${agent.agent_id}`, proxy);
    await waitForConnection(page, "live");
    proxy.set("half_open");
    const deadAt = performance.now();
    await agent.post(Array.from({ length: 20 }, (_, n) => thought(`Unseen ${n}`)));
    let wasUntrueMs = 0;
    let noticedMs = 0;
    while (performance.now() - deadAt < liveMs + 2_000) {
      const word = await wordOf(page);
      const ageMs = performance.now() - proxy.toldAt;
      if (word !== "live") noticedMs ||= performance.now() - deadAt;
      else wasUntrueMs = Math.max(wasUntrueMs, ageMs - liveMs);
      await sleep(100);
    }
    expect(noticedMs).toBeGreaterThan(0);
    expect(wasUntrueMs).toBe(0);
    // It was dead indeed: nothing had arrived.
    expect((await stageOf(page)).seq).toBe(1);
    proxy.set(null);
    await waitForSeq(page, 21);
    await waitForConnection(page, "live");
    expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
    await page.context().close();
  } finally {
    await proxy.close();
  }
});

test.concurrent("a page whose first requests and handshake are never answered still shows the stage", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([
    status("live"),
    thought("The lights go up."),
  ]);
  const proxy = await startProxy(target.api_url);
  try {
    proxy.set("hang");
    const page = await open(`/watch/${agent.agent_id}`, proxy);
    await until(() => (proxy.struck.get("hang") ?? 0) > 0);
    proxy.set("no_handshake");
    await until(() => (proxy.struck.get("no_handshake") ?? 0) > 0);
    proxy.set(null);
    await waitForConnection(page, "live", 25_000);
    expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
    await page.context().close();
  } finally {
    await proxy.close();
  }
});

test.concurrent("the search page retries automatically after a failure", async () => {
  const agent = await register();
  const word = `w${crypto.randomUUID().slice(0, 8)}`;
  await agent.post([thought(`A ${word} of its own`)]);
  const proxy = await startProxy(target.api_url);
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

test.concurrent("an agent sends within seconds of the end of a long outage", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register();
  const proxy = await startProxy(target.api_url);
  const agent = createAgent({ server: proxy.url, agentId, apiKey, onProblem() {} });
  try {
    agent.think("before");
    await agent.flush();
    proxy.set("refuse");
    agent.think("during");
    // By then, the next attempt is up to half a minute away.
    await sleep(25_000);
    expect(agent.pending).toBe(1);
    proxy.set(null);
    const backAt = performance.now();
    await agent.flush();
    expect(performance.now() - backAt).toBeLessThan(5_000);
  } finally {
    await agent.close({ timeoutMs: 0 });
    await proxy.close();
  }
});
