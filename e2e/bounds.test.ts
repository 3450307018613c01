/** Invariant 10: one agent's events can neither hide nor drown out another agent, and cost no more than its share. */
import { watchSession } from "kulti/watch";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { listen } from "./channel.ts";
import { type Answer, send } from "./request.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { api } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

test("an honest agent stays in the lobby and on the wall while another starts 205 sessions", async () => {
  const mark = crypto.randomUUID().slice(0, 8);
  const honest = await register({ name: `Honest ${mark}` });
  await honest.post([status("working"), thought("Still at it.")]);
  const greedy = await register({ name: `Greedy ${mark}` });
  const answers: Answer[] = [];
  for (let turn = 0; turn < 41; turn++) {
    const batch = Array.from({ length: 5 }, () =>
      send("ingest", {
        key: greedy.api_key,
        body: {
          agent_id: greedy.agent_id,
          start_session: crypto.randomUUID(),
          events: [status("working")],
        },
      }),
    );
    answers.push(...(await Promise.all(batch)));
  }
  expect(answers.filter((one) => one.status === 200)).toHaveLength(50);
  const refused = answers.find((one) => one.status !== 200);
  expect(refused).toMatchObject({ status: 429, error: { code: "rate_limited" } });
  expect(refused?.error?.message).toContain("the agent has 50 live sessions, limit 50");
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);

  const page = await browser.newPage(desktop);
  await page.goto(target.site_url);
  await page.getByLabel("Filter by agent or task").fill(mark);
  const rows = page.locator("#live-list > li");
  await rows.filter({ hasText: `Honest ${mark}` }).waitFor();
  expect(await rows.filter({ hasText: `Greedy ${mark}` }).count()).toBe(1);
  // Two agents may have the same name, so the handle is shown beside it.
  await rows.getByText(honest.agent_id, { exact: true }).waitFor();
  await page.getByRole("link", { name: "and 49 more live" }).click();
  await page.waitForURL(`**/agents/${greedy.agent_id}`);
  await expect.poll(() => page.locator(".past").count()).toBe(50);
  const links = page.locator(".past .past-link");
  const places = await links.evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  expect(new Set(places).size).toBe(50);

  await page.goto(`${target.site_url}/wall`);
  const tiles = page.getByRole("listitem").filter({ hasText: mark });
  await tiles.filter({ hasText: `Honest ${mark}` }).waitFor();
  expect(await tiles.count()).toBe(2);
  await tiles.getByRole("link", { name: "and 49 more live" }).waitFor();
  await page.close();
});

test("a hundred status changes are broadcast as a few heads, and the last one always arrives", async () => {
  const restless = await register();
  const { session_id: sessionId } = await restless.post([status("working")]);
  const lobby = await listen("lobby");
  const heads = () => lobby.heard.filter(({ payload }) => payload.session_id === sessionId);
  const begun = Date.now();
  for (let n = 0; n < 100; n++) {
    await restless.post([status(n % 2 ? "working" : "thinking")], { session_id: sessionId });
  }
  const tookS = (Date.now() - begun) / 1_000;
  const calm = await register();
  const { session_id: other } = await calm.post([status("live")]);
  await calm.post([status("waiting")]);
  await expect
    .poll(() =>
      lobby.heard.some(
        ({ payload }) => payload.session_id === other && payload.status === "waiting",
      ),
    )
    .toBe(true);
  const atOnce = heads().length;
  expect(atOnce).toBeGreaterThanOrEqual(2);
  expect(atOnce).toBeLessThanOrEqual(4 + tookS / 2);
  await restless.post([status("done")], { session_id: sessionId });
  await expect.poll(() => heads().at(-1)?.payload.status).toBe("done");
});

test("a batch of 3.6 MB is sent as a few frames, and a viewer still gets every event", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([status("working")]);
  const channel = await listen(`session:${sessionId}`);
  const seen: number[] = [];
  const nothing = () => {};
  const watch = watchSession({
    api,
    sessionId,
    viewerId: crypto.randomUUID(),
    handlers: {
      events: (batch) => seen.push(...batch.map(({ seq }) => seq)),
      messages: nothing,
      head: nothing,
      connection: nothing,
      problem: nothing,
    },
  });
  await expect.poll(() => seen).toEqual([1]);
  const events = Array.from({ length: 60 }, (_, n) => ({
    type: "terminal",
    data: { stream: "stdout", text: `${n} `.padEnd(60_000, "x") },
  }));
  await agent.post(events, { session_id: sessionId });
  await expect.poll(() => seen.length).toBe(61);
  expect(seen).toEqual(Array.from({ length: 61 }, (_, n) => n + 1));
  await agent.post([thought("After it.")], { session_id: sessionId });
  const frames = () => channel.heard.filter(({ event }) => event === "frame");
  await expect.poll(() => frames().at(-1)?.payload.to_seq).toBe(62);
  const ofBatch = frames().slice(0, -1).slice(-8);
  expect(ofBatch.map(({ payload }) => (payload.events as unknown[]).length)).toEqual([
    ...Array.from({ length: 7 }, () => 1),
    0,
  ]);
  expect(ofBatch.at(-1)?.payload).toMatchObject({ from_seq: 9, to_seq: 61 });
  watch.stop();
});
