import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { sharedBrowser } from "./shared-browser.ts";
import { api } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();
const repository = join(import.meta.dirname, "..");
const readme = readFileSync(join(repository, "README.md"), "utf8");
const visibility = readFileSync(join(repository, "docs/how-to/choose-a-visibility.md"), "utf8");

const blocksOf = (page: string): string[] =>
  [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);

const block = (page: string, part: string): string =>
  blocksOf(page).find((one) => one.includes(part)) ?? "";

const run = async (script: string, agentId: string, shell?: string): Promise<string> =>
  (await runBlock(script, agentId, shell)).stdout;

function runBlock(script: string, agentId: string, shell = "bash") {
  const here = script
    .replaceAll("http://127.0.0.1:54321", target.api_url)
    .replaceAll("http://127.0.0.1:4321", target.site_url)
    .replaceAll("my-agent", agentId);
  return promisify(execFile)(shell, ["-euc", here]);
}

/** Runs the TypeScript of a page as a file in the repository's folder: it gets the built package. */
async function runTypeScript(source: string, agentId: string, apiKey: string) {
  const here = source
    .replaceAll("http://127.0.0.1:54321", target.api_url)
    .replaceAll("my-agent", agentId);
  await promisify(execFile)(process.execPath, ["--input-type=module-typescript", "--eval", here], {
    cwd: repository,
    env: { PATH: process.env.PATH, KULTI_API_KEY: apiKey },
  });
}

const newAgent = () => `readme-${crypto.randomUUID().slice(0, 8)}`;
/** The JSON replies, which follow one another without a line break. */
const replies = (stdout: string) =>
  stdout
    .trim()
    .split(/(?<=\})\s*(?=\{"(?:session_id|accepted))/)
    .map((one) => JSON.parse(one));

const firstEvent = block(readme, "KEY=");

test.each(["bash", "sh"])("the README's first event works, in %s also twice", async (shell) => {
  const agentId = newAgent();
  const [first, again] = replies(await run(`${firstEvent}\n${firstEvent}`, agentId, shell));
  expect(first).toMatchObject({ accepted: 1, duplicates: 0, last_seq: 1 });
  expect(again).toMatchObject({ accepted: 0, duplicates: 1, last_seq: 1 });
  expect(again.session_id).toBe(first.session_id);
  expect(await api.findSessions({ agent_id: agentId })).toMatchObject([
    { latest: "Hello, stage." },
  ]);
});

test("the README's TypeScript sends the same thought", async () => {
  const agentId = newAgent();
  const register = firstEvent.slice(0, firstEvent.indexOf("\n\n"));
  const apiKey = (await run(`${register}\necho $KEY`, agentId)).trim();
  const [, source = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  await runTypeScript(source, agentId, apiKey);
  expect(await api.findSessions({ agent_id: agentId })).toMatchObject([
    { latest: "Hello, stage." },
  ]);
});

test.each(["bash", "sh"])(
  "the README's first event without its key says what to do, in %s",
  async (shell) => {
    const agentId = newAgent();
    const [first] = replies((await runBlock(firstEvent, agentId, shell)).stdout);
    expect(first).toMatchObject({ accepted: 1 });
    const { stdout, stderr } = await runBlock(firstEvent, agentId, shell);
    // The shell's own files may complain before it.
    const refusal = stderr.split("\n").find((line) => line.startsWith("{")) ?? "";
    expect(JSON.parse(refusal).error).toMatchObject({
      code: "agent_exists",
      message: expect.stringContaining("Choose another, or use the key that came with it."),
    });
    expect(JSON.parse(stdout).error).toMatchObject({
      code: "missing_key",
      message: expect.stringContaining("POST /functions/v1/agents registers an agent"),
    });
  },
);

test("the request that the lobby shows puts an agent on stage, also when sent twice", async () => {
  const page = await browser.newPage();
  await page.goto(target.site_url);
  await page.waitForFunction(() => document.querySelector("#curl-command")?.textContent !== "");
  const shown = (await page.locator("#curl-command").textContent()) ?? "";
  await page.close();
  const command = shown.replace("\ncurl ", "\ncurl -s ");
  const [first, again] = replies(await run(`${command}\n${command}`, newAgent()));
  expect(first).toMatchObject({ accepted: 1, last_seq: 1 });
  expect(again).toMatchObject({ accepted: 0, duplicates: 1 });
});

test("the README changes a profile, and the page on visibility gives the link of an unlisted session", async () => {
  const agentId = newAgent();
  const changed = await run(`{\n${firstEvent}} >/dev/null\n${block(readme, "PATCH")}`, agentId);
  expect(JSON.parse(changed)).toMatchObject({ name: "My agent", description: "Says hello." });

  const unlisted = newAgent();
  const register = firstEvent.slice(0, firstEvent.indexOf("\n\n"));
  const asUnlisted = register.replace('"my-agent"', '"my-agent","visibility":"unlisted"');
  const link = await run(`${asUnlisted}\n${block(visibility, "SESSION=")}`, unlisted);
  const [, sessionId = ""] =
    new RegExp(`^${target.site_url}/watch/${unlisted}/([0-9a-f-]{36})\n$`).exec(link) ?? [];
  expect(await api.sessionHead(sessionId)).toMatchObject({ agent_id: unlisted });
  expect(await api.findSessions({ agent_id: unlisted })).toEqual([]);
});
