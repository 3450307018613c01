import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, stage_of, wait_for_connection, wait_for_seq } from "./page.ts";
import { recorded_run, replay } from "./recorded-run.ts";
import { shared_browser } from "./shared-browser.ts";
import { folded_table, read_table } from "./table.ts";
import { target } from "./target.ts";

const browser = await shared_browser();

async function watch(agent_id: string): Promise<Page> {
  const page = await browser.newPage(desktop);
  await page.goto(`${target.site_url}/watch/${agent_id}`);
  return page;
}

test("an event is on screen within a second of its POST", async () => {
  const agent = await register();
  await agent.post([status("live")]);
  const page = await watch(agent.agent_id);
  await wait_for_connection(page, "live");
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
  await wait_for_connection(page, "live");
  await replay(recorded_run(), agent);
  const { session_id } = (await read_latest_session(agent.agent_id)) ?? {};
  if (!session_id) throw new Error("The replay made no session.");
  const { seq } = (await read_table(session_id)).at(-1) ?? { seq: 0 };
  expect(seq).toBeGreaterThan(20);
  await page.goto(`${target.site_url}/watch/${agent.agent_id}/${session_id}`);
  await wait_for_seq(page, seq);
  expect(await stage_of(page)).toEqual(await folded_table(session_id));
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

async function read_latest_session(agent_id: string) {
  const { api } = await import("./table.ts");
  return (await api.find_sessions({ agent_id, max_rows: 1 }))[0];
}
