/** An agent removes a leaked text: from what is stored, and from pages that show it. */
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { listen } from "./channel.ts";
import { read, readEvents, send } from "./request.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

test("scrub removes a text from open pages, live and replayed, from the search, the lobby and stored broadcasts", async () => {
  const secret = `s${crypto.randomUUID().replaceAll("-", "")}`;
  const [live, over] = await Promise.all([register(), register()]);
  const events = [
    status("working"),
    thought(`It is ${secret}.`),
    thought(`Kept by ${live.agent_id}.`),
  ];
  const { session_id: liveId } = await live.post(events);
  const { session_id: overId } = await over.post([...events, status("done")]);
  const addresses = [
    `/watch/${live.agent_id}/${liveId}`,
    `/watch/${over.agent_id}/${overId}`,
    `/search?q=${secret}`,
  ];
  const pages = await Promise.all(
    addresses.map(async (address) => {
      const page = await (await browser.newContext(desktop)).newPage();
      await page.goto(target.site_url + address);
      const place = page.locator(address.startsWith("/search") ? "#results" : "main");
      await place.getByText(secret).first().waitFor();
      return page;
    }),
  );

  for (const [agent, sessionId] of [
    [live, liveId],
    [over, overId],
  ] as const) {
    const body = { session_id: sessionId, text: secret };
    const answer = await send("agents/scrub", { key: agent.api_key, body });
    expect(answer).toMatchObject({
      status: 200,
      body: { session_id: sessionId, events: 1, messages: 0 },
    });
    const stored = await readEvents(sessionId);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  }
  expect(await read("search_events", { query: secret })).toEqual([]);
  for (const page of pages.slice(0, 2)) {
    await page.getByText("It is [removed].").first().waitFor({ timeout: 10_000 });
    expect(await page.content()).not.toContain(secret);
  }
  const hits = pages[2]?.locator("#results").getByText(secret);
  await hits?.first().waitFor({ state: "detached", timeout: 10_000 });
  for (const page of pages) await page.context().close();
  const replay = await listen(`session:${liveId}`, { replay: { since: Date.now() - 60_000 } });
  await live.post([thought("Afterwards.")]);
  await expect.poll(() => JSON.stringify(replay.heard)).toContain("Afterwards.");
  expect(JSON.stringify(replay.heard)).not.toContain(secret);
  await replay.leave();
});

test("scrub refuses another agent's session and a key that nobody has, and changes nothing", async () => {
  const [agent, other] = await Promise.all([register(), register()]);
  const { session_id: sessionId } = await agent.post([thought("Keep these words.")]);
  const body = { session_id: sessionId, text: "these words" };
  const foreign = await send("agents/scrub", { key: other.api_key, body });
  expect(foreign).toMatchObject({ status: 404, error: { code: "session_not_found" } });
  const unknown = await send("agents/scrub", { key: `klt_${"x".repeat(43)}`, body });
  expect(unknown).toMatchObject({ status: 401, error: { code: "unknown_key" } });
  for (const refusal of [foreign, unknown]) {
    expect(JSON.stringify(refusal.body)).not.toContain("these words");
  }
  expect(JSON.stringify(await readEvents(sessionId))).toContain("Keep these words.");
  const own = await send("agents/scrub", { key: agent.api_key, body });
  expect(own.body).toMatchObject({ events: 1 });
});
