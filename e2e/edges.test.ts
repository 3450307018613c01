/** Failures around a stage: each is reported in its own place, and none leaves a blank or a wrong page. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, stageOf, waitForConnection, waitForSeq } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { foldedTable } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

const file = (filename: string, content: string) => ({
  type: "code",
  data: { filename, action: "write", content },
});
const output = (text: string) => ({ type: "terminal", data: { stream: "stdout", text } });

const newPage = async (): Promise<Page> => (await browser.newContext(desktop)).newPage();

async function onStage(...more: object[]) {
  const agent = await register();
  const { session_id: sessionId } = await agent.post([
    status("working"),
    thought("Here I am."),
    ...more,
  ]);
  return { agent, session_id: sessionId, address: `${target.site_url}/watch/${agent.agent_id}` };
}

test("a part whose script fails to load says so, and the rest of the stage keeps working", async () => {
  const { agent, session_id: sessionId, address } = await onStage(output("hello\r\n"));
  const page = await newPage();
  await page.route(/(SessionHits|FiguresDialog|terminal-emulator).*js$/, (route) => route.abort());
  await page.goto(address);
  await waitForConnection(page, "live");
  await page.getByText("Cannot show the terminal").waitFor();
  await page.keyboard.press("/");
  await page.getByText("Cannot show the search").waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await part(page, "figures").click();
  await page.getByText("Cannot show the figures").waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await agent.post([thought("And on.")], { session_id: sessionId });
  await part(page, "thought").filter({ hasText: "And on." }).waitFor();

  await page.route(/StagePage/, (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "The stage has not opened yet" }).waitFor();
  await page.unrouteAll();
  await page.getByRole("link", { name: "Load the page again" }).click();
  await waitForConnection(page, "live");
  await page.context().close();
});

test("clocks that are an hour off at the viewer and two years off at the agent do not change what is live", async () => {
  const offMs = 2 * 365 * 86_400_000;
  const agent = await register();
  const at = new Date(Date.now() - offMs).toISOString();
  await agent.post([status("working"), thought("What year is it?")].map((one) => ({ ...one, at })));
  for (const hours of [1, -1]) {
    const page = await newPage();
    await page.addInitScript((ms) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + ms;
    }, hours * 3_600_000);
    await page.goto(`${target.site_url}/watch/${agent.agent_id}`);
    await waitForConnection(page, "live");
    expect(await page.locator(".elapsed").textContent()).toMatch(/^0:\d\d$/);
    await page.goto(`${target.site_url}/wall`);
    await page.locator('[data-kind="active"]').filter({ hasText: agent.agent_id }).waitFor();
    await page.context().close();
  }
});

test("a session is never shown under another agent's name", async () => {
  const { session_id: sessionId } = await onStage();
  const other = await register();
  const page = await newPage();
  for (const id of [sessionId, "no-id"]) {
    await page.goto(`${target.site_url}/watch/${other.agent_id}/${id}`);
    await page.getByRole("heading", { name: "This session can't be shown" }).waitFor();
  }
  await page.context().close();
});

test("names and lines with direction marks are shown in their written order", async () => {
  const { address } = await onStage(
    file("a.ts", "const a = 1;\n"),
    file("photo_\u202egnp.js", "/* \u2066begin admins\u2069 */ if (is_admin) {\n"),
    { type: "error", data: { message: "No.", file: "photo_\u202egnp.js" } },
  );
  const page = await newPage();
  await page.goto(address);
  await part(page, "code").filter({ hasText: "begin admins" }).waitFor();
  const shown = await page.evaluate(() =>
    [".work", ".error-place"].map((one) => document.querySelector(one)?.textContent).join(),
  );
  expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(shown).toContain("photo_\uFFFDgnp.js");
  expect(await page.locator('.work [title*="\u202e"]').count()).toBe(0);
  await page.context().close();
});

test("new events do not scroll a viewer who reads earlier ones, in the Mind or in a file", async () => {
  const lines = "const a = 1;\n".repeat(300);
  const {
    agent,
    session_id: sessionId,
    address,
  } = await onStage(
    ...Array.from({ length: 60 }, (_, index) =>
      thought(`Thought ${index}. ${"Well. ".repeat(40)}`),
    ),
    file("read.ts", lines),
    output("ran\r\n"),
  );
  const page = await newPage();
  await page.goto(address);
  await waitForConnection(page, "live");
  const mind = page.locator(".mind-scroll");
  await mind.hover();
  await page.mouse.wheel(0, -1_500);
  await page.locator(".new-below").waitFor();
  await page.locator(".code").hover();
  await page.mouse.wheel(0, 800);
  await page.locator('.work[data-following="false"]').waitFor();
  const before = await mind.evaluate((element) => element.scrollTop);
  const { last_seq: lastSeq } = await agent.post([file("other.ts", lines), thought("News.")], {
    session_id: sessionId,
  });
  await waitForSeq(page, lastSeq);
  await page.locator(".new-below", { hasText: "1 new" }).waitFor();
  expect(await mind.evaluate((element) => element.scrollTop)).toBe(before);
  expect(await part(page, "code").getAttribute("data-filename")).toBe("read.ts");
  await page.context().close();
});

test("a channel that the server closes is joined again, and nothing is missing", async () => {
  const { agent, session_id: sessionId, address } = await onStage();
  const page = await newPage();
  let close = () => {};
  await page.routeWebSocket(/realtime/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => socket.send(message));
    const topic = `realtime:session:${sessionId}`;
    close = () => socket.send(JSON.stringify([null, null, topic, "phx_close", {}]));
  });
  await page.goto(address);
  await waitForConnection(page, "live");
  close();
  await waitForConnection(page, "reconnecting");
  const { last_seq: lastSeq } = await agent.post([thought("Said while nobody listened.")], {
    session_id: sessionId,
  });
  await waitForConnection(page, "live");
  await waitForSeq(page, lastSeq);
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
  await page.context().close();
});
