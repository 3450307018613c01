/** Invariant 9: within seconds, nobody can receive, replay or see a session that its agent has withdrawn. */
import { Client } from "pg";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { register, status, type TestAgent, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { listen, newClient } from "./channel.ts";
import { part, waitForConnection } from "./page.ts";
import { read, send } from "./request.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

async function turn(agent: TestAgent, visibility: string) {
  const answer = await send("agents", {
    method: "PATCH",
    key: agent.api_key,
    body: { visibility },
  });
  expect(answer.status).toBe(200);
}

const topicOf = async (sessionId: string) =>
  (await read<{ topic: string }>("session_head", { session_id: sessionId })).topic;

const task = (title: string) => ({ type: "task", data: { title } });

test("the lobby replays nothing of an agent that is no longer public, and its channel can't be joined", async () => {
  const since = Date.now() - 60_000;
  const withdraw = async (visibility: string) => {
    const agent = await register();
    const { session_id: sessionId } = await agent.post([
      task(`Hide the ${visibility} traces`),
      thought(`A secret ${visibility} thought.`),
    ]);
    const before = await listen("lobby", { replay: { since } });
    // The attack works while the session is public.
    await expect.poll(() => JSON.stringify(before.heard)).toContain(sessionId);
    await before.leave();

    await turn(agent, visibility);
    const lobby = await listen("lobby", { replay: { since } });
    const other = await register();
    await other.post([task("In the open")]);
    await expect.poll(() => JSON.stringify(lobby.heard)).toContain(other.agent_id);
    const said = [`A secret ${visibility} thought.`, `Hide the ${visibility} traces`];
    for (const secret of [sessionId, agent.agent_id, ...said]) {
      expect(JSON.stringify(lobby.heard)).not.toContain(secret);
    }
    const old = await listen(`session:${sessionId}`, { replay: { since } });
    expect(old.state).toBe("CHANNEL_ERROR");
    await old.leave();
    await lobby.leave();
  };
  await Promise.all(["private", "unlisted"].map(withdraw));
});

test("a socket that was already open hears that something changed, and then nothing", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([thought("One.")]);
  const other = await register();
  const { session_id: controlId } = await other.post([thought("In the open.")]);
  const client = newClient();
  const old = await listen(`session:${sessionId}`, { client });
  const lobby = await listen("lobby", { client });
  const control = await listen(`session:${controlId}`, { client });

  await turn(agent, "unlisted");
  await expect
    .poll(() => old.heard)
    .toContainEqual({
      event: "changed",
      payload: expect.objectContaining({ session_id: sessionId }),
    });
  await expect
    .poll(() => lobby.heard)
    .toContainEqual({
      event: "changed",
      payload: expect.objectContaining({ agent_id: agent.agent_id }),
    });
  // Viewers who may still watch continue on the new topic.
  const unlistedTopic = await topicOf(sessionId);
  const allowed = await listen(unlistedTopic, { client });
  expect(allowed.state).toBe("SUBSCRIBED");

  const heardBefore = [old.heard.length, lobby.heard.length];
  await agent.post([thought("Two."), status("working")]);
  await other.post([thought("Still in the open."), status("working")]);
  await expect.poll(() => JSON.stringify(allowed.heard)).toContain("Two.");
  await expect.poll(() => JSON.stringify(control.heard)).toContain("Still in the open.");
  await expect.poll(() => JSON.stringify(lobby.heard.slice(heardBefore[1]))).toContain(controlId);
  expect(old.heard.length).toBe(heardBefore[0]);
  expect(JSON.stringify(lobby.heard.slice(heardBefore[1]))).not.toContain(sessionId);

  await turn(agent, "private");
  await expect.poll(() => allowed.heard.at(-1)?.event).toBe("changed");
  await turn(agent, "unlisted");
  const stale = await listen(unlistedTopic);
  expect(stale.state).toBe("CHANNEL_ERROR");
  await stale.leave();
  expect((await listen(await topicOf(sessionId), { client })).state).toBe("SUBSCRIBED");
});

/** `listens` resolves when the page has joined the lobby. */
async function open(path: string): Promise<{ page: Page; listens: Promise<void> }> {
  const page = await (await browser.newContext(desktop)).newPage();
  const { promise: listens, resolve } = Promise.withResolvers<void>();
  page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => {
      if (/"realtime:lobby","phx_reply",\{"status":"ok"/.test(String(payload))) resolve();
    }),
  );
  await page.goto(`${target.site_url}${path}`);
  return { page, listens };
}

test("a stage stays open when its session becomes unlisted, and drops it when it becomes private", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([status("working"), thought("In the open.")]);
  const { page } = await open(`/watch/${agent.agent_id}/${sessionId}`);
  await waitForConnection(page, "live");
  await turn(agent, "unlisted");
  // The page has moved to the new topic when this comes as a frame, sooner than the next touch would bring it.
  await expect
    .poll(
      async () =>
        (await read<{ viewers: number }>("session_head", { session_id: sessionId })).viewers,
    )
    .toBe(1);
  await agent.post([thought("Among friends.")]);
  await part(page, "thought").filter({ hasText: "Among friends." }).waitFor();
  await waitForConnection(page, "live");

  await turn(agent, "private");
  await part(page, "gone").waitFor({ timeout: 10_000 });
  expect(await page.content()).not.toContain("In the open.");
  expect(await page.content()).not.toContain("Among friends.");
  await page.context().close();
});

test("a replay, its search hits and an embedded player are dropped as well", async () => {
  const word = `w${crypto.randomUUID().slice(0, 8)}`;
  const agent = await register();
  const { session_id: sessionId } = await agent.post([
    thought(`All about ${word}.`),
    status("done"),
  ]);
  const pages = await Promise.all([
    open(`/watch/${agent.agent_id}/${sessionId}`),
    open(`/embed/${agent.agent_id}/${sessionId}`),
    open(`/search?q=${word}`),
  ]);
  const [stage, embed, search] = pages.map(({ page }) => page) as [Page, Page, Page];
  for (const { page, listens } of pages) {
    const place = page === search ? page.locator("#results") : page;
    await place.getByText(word).first().waitFor();
    await listens;
  }
  await turn(agent, "private");
  for (const page of [stage, embed]) {
    await part(page, "gone").waitFor({ timeout: 10_000 });
    const link = page.getByRole("link", { name: `Open ${agent.agent_id}'s stage` });
    expect(await link.getAttribute("href")).toBe(`/watch/${agent.agent_id}`);
  }
  // A frame on another page has no header of the site.
  expect(await stage.locator("header").count()).toBe(1);
  expect(await embed.locator("header").count()).toBe(0);
  await search
    .locator("#results")
    .getByText(word)
    .first()
    .waitFor({ state: "detached", timeout: 10_000 });
  for (const page of [stage, embed]) expect(await page.content()).not.toContain(word);
  for (const { page } of pages) await page.context().close();
});

test.runIf(target.db_url)("rows that the operator deletes leave open pages too", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([status("working"), thought("Soon deleted.")]);
  const other = await register();
  const { session_id: otherId } = await other.post([status("working"), thought("Soon alone.")]);
  const pages = await Promise.all([
    open(`/watch/${agent.agent_id}/${sessionId}`),
    open(`/watch/${other.agent_id}/${otherId}`),
    open("/"),
  ]);
  const [stage, otherStage, lobby] = pages.map(({ page }) => page) as [Page, Page, Page];
  await Promise.all(pages.map(({ listens }) => listens));
  for (const page of [stage, otherStage]) await waitForConnection(page, "live");
  const row = lobby.locator(`[data-session-id="${sessionId}"]`);
  await row.waitFor();
  const database = new Client(target.db_url);
  await database.connect();
  await database.query("delete from ai_agent_sessions where id = $1", [sessionId]);
  await part(stage, "gone").waitFor({ timeout: 10_000 });
  await row.waitFor({ state: "detached", timeout: 10_000 });
  await database.query("delete from ai_agents where agent_id = $1", [other.agent_id]);
  await part(otherStage, "gone").waitFor({ timeout: 10_000 });
  await database.end();
  for (const { page } of pages) await page.context().close();
});

test.runIf(target.db_url)(
  "an event that the operator rewrites changes on open pages, live and replayed",
  async () => {
    const secret = `s${crypto.randomUUID().slice(0, 8)}`;
    const rewritten = `r${crypto.randomUUID().slice(0, 8)}`;
    const agent = await register();
    const { session_id: liveId } = await agent.post([
      status("working"),
      thought(`It is ${secret}.`),
    ]);
    const other = await register();
    const { session_id: overId } = await other.post([thought(`It is ${secret}.`), status("done")]);
    const pages = await Promise.all([
      open(`/watch/${agent.agent_id}/${liveId}`),
      open(`/watch/${other.agent_id}/${overId}`),
      open("/"),
    ]);
    for (const { page, listens } of pages) {
      await page.getByText(secret).first().waitFor();
      await listens;
    }
    const database = new Client(target.db_url);
    await database.connect();
    await database.query(
      `update ai_stream_events set data = jsonb_set(data, '{content}', to_jsonb($1::text))
    where session_id = any ($2) and type = 'thought'`,
      [`It is ${rewritten}.`, [liveId, overId]],
    );
    await database.end();
    for (const { page } of pages) {
      await page.getByText(rewritten).first().waitFor({ timeout: 15_000 });
      await page.getByText(secret).first().waitFor({ state: "detached", timeout: 15_000 });
      expect(await page.locator("body").innerHTML()).not.toContain(secret);
      await page.context().close();
    }
    const replay = await listen(`session:${liveId}`, { replay: { since: Date.now() - 60_000 } });
    await agent.post([thought("Afterwards.")]);
    await expect.poll(() => JSON.stringify(replay.heard)).toContain("Afterwards.");
    expect(JSON.stringify(replay.heard)).not.toContain(secret);
    await replay.leave();
  },
);

test("a viewer of a rewritten session stays at the same place", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([
    thought("First of three."),
    thought("Second, with the word secret-word."),
    thought("Third."),
    status("done"),
  ]);
  const { page, listens } = await open(`/watch/${agent.agent_id}/${sessionId}#e2`);
  await part(page, "thought").filter({ hasText: "secret-word" }).waitFor();
  await listens;
  expect(await part(page, "thought").filter({ hasText: "Third." }).count()).toBe(0);
  const body = { session_id: sessionId, text: "secret-word" };
  expect((await send("agents/scrub", { key: agent.api_key, body })).status).toBe(200);
  await part(page, "thought").filter({ hasText: "[removed]" }).waitFor({ timeout: 15_000 });
  expect(await part(page, "thought").filter({ hasText: "Third." }).count()).toBe(0);
  await page.context().close();
});

test("a replay that hears no notice asks, and is dropped within seconds", async () => {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([thought("Overheard."), status("done")]);
  const page = await (await browser.newContext(desktop)).newPage();
  // Sockets open and stay silent.
  await page.routeWebSocket(/realtime/, () => {});
  await page.goto(`${target.site_url}/watch/${agent.agent_id}/${sessionId}`);
  await part(page, "thought").filter({ hasText: "Overheard." }).waitFor();
  await turn(agent, "private");
  await part(page, "gone").waitFor({ timeout: 10_000 });
  expect(await page.content()).not.toContain("Overheard.");
  await page.context().close();
});
