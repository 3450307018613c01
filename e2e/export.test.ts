/** Sessions exported as files: read back, replayed without a network, played by asciinema's own player. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, register, status, thought } from "./agent.ts";
import { stageOf, waitForSeq } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { foldedTable, readTable } from "./table.ts";
import { target } from "./target.ts";

const html = `<img src=x onerror="window.pwned=1"></script><script>window.pwned=1</script><!--`;

const browser = await sharedBrowser();
let folder: string;
let agentId: string;
let sessionId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kulti-export-"));
  const agent = await register({ name: `Ada ${html}`.slice(0, 120) });
  agentId = agent.agent_id;
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, seconds)).toISOString();
  const run = [
    status("working"),
    { type: "task", data: { title: html, description: html } },
    { type: "goal", data: { title: html } },
    { type: "milestone", data: { label: html, completed: true } },
    thought(html, "reasoning"),
    { type: "thought", data: { thought_type: "decision", content: "Half ", stream_id: "s" } },
    {
      type: "code",
      data: { filename: `a/${html}.ts`, action: "write", content: `one\n${html}\n` },
    },
    {
      type: "code",
      data: {
        filename: `a/${html}.ts`,
        action: "edit",
        edits: [{ old_text: "one", new_text: "two" }],
      },
    },
    {
      type: "thought",
      data: { thought_type: "decision", content: html, stream_id: "s", done: true },
    },
    { type: "terminal", data: { stream: "input", command: "npm test", text: "" } },
    {
      type: "terminal",
      data: { stream: "stdout", text: `10%\r100%\n\u001b[31m${html}\u001b[0m\n` },
    },
    { type: "terminal", data: { stream: "stdout", text: "\u001b]0;title\u0007", exit_code: 1 } },
    { type: "error", data: { message: html, file: html, stack: html, recovery_strategy: html } },
    { type: "preview", data: { url: "https://example.org/?a=<b>" } },
    {
      type: "question",
      data: { question_id: "q", kind: "approval", text: `Shall we? ${html}`, detail: html },
    },
    { type: "answer", data: { question_id: "q", by: "viewers", option: "approve", text: html } },
    thought("The curtain falls.", "evaluation"),
  ];
  // An hour of idling in the middle.
  const events = run.map((event, n) => ({ ...event, at: at(n < 8 ? n : 3_600 + n) }));
  ({ session_id: sessionId } = await agent.post(events));
  await call("chat", {
    session_id: sessionId,
    viewer_id: crypto.randomUUID(),
    name: "<i>v</i>",
    text: html,
  });
  await agent.post([{ ...status("done"), at: at(3_620) }], { session_id: sessionId });
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
});

test("the HTML file replays offline to the folded table, and hostile text in it stays inert", async () => {
  const file = join(folder, "run.html");
  await kulti("export", sessionId, "--out", file);
  const { page, problems } = await openOffline(pathToFileURL(file).href);
  const events = await readTable(sessionId);
  expect((await stageOf(page)).seq).toBe(events[0]?.seq);

  for (let faster = 0; faster < 4; faster++) await page.keyboard.press(">");
  await page.keyboard.press("Space");
  await waitForSeq(page, events.length);
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));

  const text = await page.locator("main").textContent();
  for (const part of [
    "Half",
    "The curtain falls.",
    "100%",
    "exit 1",
    "Shall we?",
    "viewers: Approve",
    html,
  ]) {
    expect(text).toContain(part);
  }
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  expect(await page.locator("img, iframe, a, [onerror]").count()).toBe(0);
  expect(await page.locator("body script").count()).toBe(2);

  await page.keyboard.press("Home");
  expect((await stageOf(page)).seq).toBe(events[0]?.seq);
  await page.keyboard.press("End");
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
  expect(problems).toEqual([]);
  await page.close();
});

test("a link to a time in the HTML file opens at that time", async () => {
  const file = join(folder, "moment.html");
  await kulti("export", sessionId, "--out", file);
  const { page, problems } = await openOffline(`${pathToFileURL(file).href}#e8`);
  expect((await stageOf(page)).seq).toBe(8);
  expect(problems).toEqual([]);
  await page.close();
});

test("the HTML file tells the keys only where there is a keyboard", async () => {
  const path = join(folder, "keys.html");
  await kulti("export", sessionId, "--out", path);
  const isShown = async (options: BrowserContextOptions): Promise<boolean> => {
    const { page } = await openOffline(pathToFileURL(path).href, options);
    await page.getByRole("region", { name: "Start" }).waitFor();
    const shown = await page.locator(".keys").isVisible();
    await page.context().close();
    return shown;
  };
  expect(await isShown({})).toBe(true);
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  expect(await isShown(phone)).toBe(false);
});

test("the asciicast plays in asciinema-player", async () => {
  const file = join(folder, "run.cast");
  await kulti("export", sessionId, "--out", file);
  const { page, problems } = await openOffline("about:blank");
  const player = new URL(
    import.meta.resolve("asciinema-player/dist/bundle/asciinema-player.min.js"),
  );
  await page.addScriptTag({ content: readFileSync(player, "utf8") });
  const ended = await page.evaluate(
    async (data) => {
      const { AsciinemaPlayer } = window as never as { AsciinemaPlayer: AsciinemaPlayerModule };
      const player = AsciinemaPlayer.create({ data }, document.body, { speed: 20, preload: true });
      const markers: string[] = [];
      player.addEventListener("marker", ({ label }) => markers.push(label));
      await player.play();
      await new Promise<void>((resolve) => player.addEventListener("ended", () => resolve()));
      return { markers, text: document.querySelector(".ap-player")?.textContent ?? "" };
    },
    readFileSync(file, "utf8"),
  );
  expect(ended.text).toContain("npm test");
  expect(ended.text).toContain("100%");
  expect(ended.text).toContain("exit 1");
  expect(ended.markers.map((label) => label.split(":")[0])).toEqual([
    "Task",
    "Milestone",
    "Error",
    "Question",
  ]);
  expect(problems).toEqual([]);
  await page.close();
});

interface AsciinemaPlayerModule {
  create(
    source: { data: string },
    element: HTMLElement,
    options: object,
  ): {
    play(): Promise<void>;
    addEventListener(name: string, handler: (event: { label: string }) => void): void;
  };
}

test("export accepts a watch URL, and its NDJSON holds every event and message", async () => {
  const site = createServer((_, response) => {
    const { api_url: apiUrl, publishable_key: publishableKey } = target;
    response.end(JSON.stringify({ api_url: apiUrl, publishable_key: publishableKey }));
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  const { port } = site.address() as AddressInfo;
  const output = await kulti(
    ...["export", `http://127.0.0.1:${port}/watch/${agentId}`, "--format", "ndjson"],
  );
  site.close();
  const lines = output.trimEnd().split("\n");
  const [head, ...rest] = lines.map((line) => JSON.parse(line));
  expect(head).toMatchObject({
    format: "kulti-session",
    version: 1,
    session: { session_id: sessionId },
  });
  expect(rest.filter((line) => line.type)).toEqual(await readTable(sessionId));
  expect(rest.at(-1).message).toMatchObject({ seq: 1, text: html });
});

test("export explains each failure in one line", async () => {
  await expect(kulti("export", "nothing", "--format", "html")).rejects.toThrow(
    "not a session id or a watch URL",
  );
  const nowhere = join(folder, "nosuch/run.md");
  await expect(kulti("export", sessionId, "--out", nowhere)).rejects.toThrow(
    `Cannot write ${nowhere}: its folder does not exist.`,
  );
  await expect(kulti("export", sessionId, "--out", "run.xyz")).rejects.toThrow("give --format");
  await expect(kulti("export", crypto.randomUUID(), "--format", "markdown")).rejects.toThrow(
    /Cannot .*session/,
  );
});

/** A page that can read only files, and the errors that occurred on it. */
async function openOffline(
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext(options);
  const problems: string[] = [];
  await context.route(/^(?!file:|about:|data:|blob:)/, (route) => {
    problems.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  await context.setOffline(true);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") problems.push(line.text());
  });
  await page.goto(url);
  return { page, problems };
}

/** Runs the command line and returns its stdout. */
async function kulti(...args: string[]): Promise<string> {
  const cli = join(import.meta.dirname, "../sdk/bin/kulti.mjs");
  const child = spawn(process.execPath, [cli, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      NO_COLOR: "1",
      KULTI_SERVER: target.api_url,
      KULTI_PUBLISHABLE_KEY: target.publishable_key,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, complaints] = ["", ""];
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`kulti ${args[0]} ended with ${code}: ${complaints}`);
  return output;
}
