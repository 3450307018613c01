import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, waitForConnection } from "./page.ts";
import { send } from "./request.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

test("an open lobby shows an agent that goes live, and links to its stage", async () => {
  const page = await browser.newPage(desktop);
  await page.goto(target.site_url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const agent = await register({ name: "Grace at work" });
  await agent.post([status("live"), thought("Counting the relays.")]);
  const row = page.getByRole("link").filter({ hasText: "Grace at work" });
  await row.waitFor();
  await page.getByText("Counting the relays.").waitFor();
  await row.click();
  await waitForConnection(page, "live");
  await part(page, "thought").filter({ hasText: "Counting the relays." }).waitFor();
  await page.close();
});

test("the lobby never lists an unlisted or private agent", async () => {
  const page = await browser.newPage(desktop);
  await page.goto(target.site_url);
  for (const visibility of ["unlisted", "private", "public"]) {
    const agent = await register({ name: `A ${visibility} agent`, visibility });
    await agent.post([status("live")]);
  }
  await page.getByText("A public agent").first().waitFor();
  expect(await page.getByText("A unlisted agent").count()).toBe(0);
  expect(await page.getByText("A private agent").count()).toBe(0);
  await page.close();
});

test("a session that is made private leaves the lobby, the wall and its agent's page without a reload", async () => {
  const agent = await register({ name: "Soon hidden" });
  await agent.post([status("live"), { type: "task", data: { title: "Hide the traces" } }]);
  const pages = await Promise.all(
    ["/", "/wall", `/agents/${agent.agent_id}`].map(async (path) => {
      const page = await browser.newPage(desktop);
      await page.goto(`${target.site_url}${path}`);
      return page;
    }),
  );
  const shown = pages.map((page) => page.getByText("Hide the traces").first());
  for (const one of shown) await one.waitFor();
  const changed = await send("agents", {
    method: "PATCH",
    key: agent.api_key,
    body: { visibility: "private" },
  });
  expect(changed.status).toBe(200);
  for (const one of shown) await one.waitFor({ state: "detached", timeout: 10_000 });
  for (const page of pages) await page.close();
});

test("a viewer's message reaches the agent with its next batch, and the answer reaches the viewer", async () => {
  const agent = await register();
  await agent.post([status("live")]);
  const page = await browser.newPage(desktop);
  await page.goto(`${target.site_url}/watch/${agent.agent_id}`);
  await waitForConnection(page, "live");
  const input = part(page, "chat-input");
  await input.fill("What are you working on?");
  await input.press("Enter");
  await part(page, "chat-message").filter({ hasText: "What are you working on?" }).waitFor();
  await expect
    .poll(async () => (await agent.post([thought("Reading the chat.")])).messages)
    .toMatchObject([{ sender: "viewer", text: "What are you working on?" }]);

  const { session_id: sessionId } = await agent.post([thought("Answering.")]);
  const body = { session_id: sessionId, text: "On the parser." };
  const answer = await send("chat", { key: agent.api_key, body });
  expect(answer.status).toBe(201);
  await part(page, "chat-message").filter({ hasText: "On the parser." }).waitFor();
  await page.close();
});
