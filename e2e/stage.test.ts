import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, stageOf, waitForConnection, waitForSeq } from "./page.ts";
import { recordedRun, replay } from "./recorded-run.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { foldedTable, readTable } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

async function watch(agentId: string): Promise<Page> {
  const page = await browser.newPage(desktop);
  await page.goto(`${target.site_url}/watch/${agentId}`);
  return page;
}

test("an event is on screen within a second of its POST", async () => {
  const agent = await register();
  await agent.post([status("live")]);
  const page = await watch(agent.agent_id);
  await waitForConnection(page, "live");
  const started = performance.now();
  await agent.post([thought("The lights go up.", "decision")]);
  await part(page, "thought").filter({ hasText: "The lights go up." }).waitFor();
  expect(performance.now() - started).toBeLessThan(1_000);
  await page.close();
});

test("invariant 6: a replayed run ends with the state that fold makes of the table", async () => {
  const agent = await register();
  await agent.post([status("starting")]);
  const page = await watch(agent.agent_id);
  await waitForConnection(page, "live");
  await replay(recordedRun(), { agentId: agent.agent_id, apiKey: agent.api_key });
  const { session_id: sessionId } = (await readLatestSession(agent.agent_id)) ?? {};
  if (!sessionId) throw new Error("The replay made no session.");
  const { seq } = (await readTable(sessionId)).at(-1) ?? { seq: 0 };
  expect(seq).toBeGreaterThan(20);
  await page.goto(`${target.site_url}/watch/${agent.agent_id}/${sessionId}`);
  await waitForSeq(page, seq);
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
  await page.close();
});

test("the stage shows status, task, code, terminal and viewers", async () => {
  const agent = await register({ name: "Ada" });
  await agent.post([
    status("working"),
    { type: "task", data: { title: "Make the tests pass" } },
    thought("Look at the parser first.", "reasoning"),
    {
      type: "code",
      data: { filename: "src/parse.ts", action: "write", content: "export const answer = 42;\n" },
    },
    { type: "terminal", data: { stream: "input", command: "npm test", text: "" } },
    { type: "terminal", data: { stream: "stdout", text: "\u001b[32m12 passed\u001b[0m\r\n" } },
  ]);
  const page = await watch(agent.agent_id);
  await part(page, "status").filter({ hasText: "working" }).waitFor();
  await part(page, "task").filter({ hasText: "Make the tests pass" }).waitFor();
  await part(page, "thought").filter({ hasText: "Look at the parser first." }).waitFor();
  await part(page, "code").filter({ hasText: "export const answer = 42;" }).waitFor();
  await part(page, "terminal").filter({ hasText: "12 passed" }).waitFor();
  await part(page, "viewers").filter({ hasText: "1" }).waitFor();
  await page.close();
});

test("a question stands in the Mind with its options until its answer comes", async () => {
  const agent = await register();
  const options = [
    { id: "a", label: "Rebase" },
    { id: "b", label: "Merge" },
  ];
  await agent.post([
    { type: "question", data: { question_id: "q", kind: "choice", text: "Which way?", options } },
  ]);
  const page = await watch(agent.agent_id);
  const question = part(page, "question").filter({ hasText: "Which way?" });
  await question.filter({ hasText: "Waiting for an answer" }).waitFor();
  await question.filter({ hasText: "Rebase" }).waitFor();
  await agent.post([{ type: "answer", data: { question_id: "q", by: "viewers", option: "b" } }]);
  await part(page, "question-end").filter({ hasText: "Answered by viewers: Merge" }).waitFor();
  expect(await question.locator("li[data-chosen=true]").textContent()).toContain("Merge");
  await page.close();
});

test("a question nobody answers says whether its time or its session is over", async () => {
  const agent = await register();
  const ask = (id: string, more: object) => ({
    type: "question",
    data: { question_id: id, kind: "approval", text: `Is \`${id}\` right?`, ...more },
  });
  const late = { expires_at: "2026-01-01T00:00:00Z" };
  await agent.post([
    ask("late", late),
    ask("usual", { ...late, default: "deny" }),
    ask("open", {}),
  ]);
  const page = await watch(agent.agent_id);
  const endOf = (id: string) =>
    part(page, "question").filter({ hasText: id }).locator("[data-testid=question-end]");
  await endOf("late").getByText("Not answered in time", { exact: true }).waitFor();
  await endOf("usual").getByText("Not answered in time, default taken: Deny").waitFor();
  await endOf("open").getByText("Waiting for an answer").waitFor();
  expect(await part(page, "question").locator("code").allTextContents()).toEqual([
    "late",
    "usual",
    "open",
  ]);
  await agent.post([{ type: "status", data: { status: "done" } }]);
  await endOf("open").getByText("Not answered", { exact: true }).waitFor();
  await page.close();
});

test("an unknown address has the bar of the site, its theme button and a way back", async () => {
  const agent = await register();
  const page = await watch(agent.agent_id);
  await page.goto(new URL("/nosuch/page", page.url()).href);
  const heading = page.getByRole("heading", { name: "This page does not exist" });
  await heading.waitFor();
  const left = async (place: Locator) => (await place.boundingBox())?.x ?? Number.NaN;
  const wordmark = await left(page.getByRole("link", { name: "Kulti" }));
  expect(Math.abs((await left(heading)) - wordmark)).toBeLessThan(3);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const before = await theme();
  await page.getByRole("button", { name: "Switch the theme" }).click();
  expect(await theme()).not.toBe(before);
  await page.getByRole("link", { name: "Wall" }).waitFor();
  await page.getByRole("link", { name: "See who is on stage" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  await page.close();
});

async function readLatestSession(agentId: string) {
  const { api } = await import("./table.ts");
  return (await api.findSessions({ agent_id: agentId, max_rows: 1 }))[0];
}
