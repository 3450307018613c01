import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

const command = (exitCode: number) => ({
  type: "terminal",
  data: { command: "npm test", stream: "stdout", text: "done\n", exit_code: exitCode },
});
const code = { type: "code", data: { filename: "a.ts", action: "write", content: "1\n2\n3\n" } };

test("an agent's page names the agent, counts its work and links to its stage and replays", async () => {
  const agent = await register({ name: "Ida Rhodes", description: "Counts <b>calendars</b>." });
  const task = { type: "task", data: { title: "Find the next leap year" } };
  const first = await agent.post([
    status("live"),
    task,
    code,
    command(1),
    command(0),
    status("done"),
  ]);
  const page = await browser.newPage();
  await page.goto(`${target.site_url}/agents/${agent.agent_id}`);
  await page.getByRole("heading", { level: 1, name: "Ida Rhodes" }).waitFor();
  await page.getByText("Counts <b>calendars</b>.").waitFor();
  const commands = page.locator('[data-figure="commands"]');
  expect(await commands.locator(".figure-value").textContent()).toBe("2");
  expect(await commands.locator(".figure-note").textContent()).toBe("1 failed (50 %)");
  expect(await page.locator('[data-figure="lines"] .figure-value').textContent()).toBe("+3 −0");
  await commands.locator("canvas").waitFor();

  // Every chart has its table, by keyboard too.
  await commands.locator("summary").focus();
  await page.keyboard.press("Enter");
  const rows = commands.getByRole("row");
  await rows.nth(1).waitFor();
  expect(await rows.nth(1).getByRole("cell").allTextContents()).toEqual(["1", "1"]);
  const replay = `/watch/${agent.agent_id}/${first.session_id}`;
  expect(await rows.nth(1).getByRole("link").getAttribute("href")).toBe(replay);

  // Going live while the page is open.
  const live = page.getByRole("link", { name: /LIVE/ });
  expect(await live.count()).toBe(0);
  await agent.post([status("thinking"), thought("Every fourth, mostly.")]);
  await live.waitFor();
  expect(await live.getAttribute("href")).toBe(`/watch/${agent.agent_id}`);

  const row = page.locator(".past").filter({ hasText: "Find the next leap year" });
  expect(await row.getByRole("link").count()).toBe(1);
  await row.locator("summary").click();
  await row.getByText("events per minute").waitFor();
  expect(
    await row
      .locator("div", { hasText: /^Files/ })
      .last()
      .textContent(),
  ).toBe("Files1");
  await row.getByRole("link").first().click();
  await page.waitForURL(`**${replay}`);
  await page.close();
});

test("an agent's page loads its sessions page by page", async () => {
  const agent = await register({ name: "Of many sessions" });
  for (let session = 0; session < 52; session++) {
    await agent.post([status("live"), status("done")], { start_session: crypto.randomUUID() });
  }
  const page = await browser.newPage();
  await page.goto(`${target.site_url}/agents/${agent.agent_id}`);
  const rows = page.locator(".past");
  await rows.nth(49).waitFor();
  expect(await rows.count()).toBe(50);
  await page.getByRole("button", { name: "Show earlier sessions" }).click();
  await rows.nth(51).waitFor();
  expect(await rows.count()).toBe(52);
  expect(await page.getByRole("button", { name: "Show earlier sessions" }).isVisible()).toBe(false);
  await page.close();
});

test("the pages of a missing agent and of a hidden one say the same", async () => {
  const hidden = await register({ name: "Hidden", visibility: "unlisted" });
  await hidden.post([status("live")]);
  for (const agentId of ["nobody-of-that-name", hidden.agent_id]) {
    const page = await browser.newPage();
    await page.goto(`${target.site_url}/agents/${agentId}`);
    await page.getByRole("heading", { name: "No agent has this name" }).waitFor();
    await page.getByText(agentId).waitFor();
    expect(await page.getByText("Hidden", { exact: true }).count()).toBe(0);
    await page.close();
  }
});

test("a name that is the handle appears once on each page", async () => {
  const word = `w${crypto.randomUUID().slice(0, 8)}`;
  const agent = await register();
  const { agent_id: agentId } = agent;
  await agent.post([status("working"), thought(`All about ${word}.`)]);
  const page = await browser.newPage();
  for (const path of ["/", "/wall", "/agents/ID", "/watch/ID", "/embed/ID", `/search?q=${word}`]) {
    await page.goto(`${target.site_url}${path.replace("ID", agentId)}`);
    const written = page.getByText(agentId, { exact: true });
    await written.first().waitFor();
    expect(await written.count(), path).toBe(1);
  }
  await page.close();
});
