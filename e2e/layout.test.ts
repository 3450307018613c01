/** Every page in every state, at every size and in both themes: everything fits and is accessible. */
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { expectAccessible, misfits } from "./accessible.ts";
import { register, status, type TestAgent, thought } from "./agent.ts";
import { part, waitForConnection } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

/** The last three: a phone with its keyboard open, a phone on its side, 1440 px at 200 %. */
const sizes: [width: number, height: number][] = [
  [360, 800],
  [768, 800],
  [1440, 800],
  [2560, 800],
  [360, 380],
  [780, 360],
  [720, 450],
];

/** axe checks only these, in both themes. */
const isForAxe = ([width, height]: [number, number]): boolean =>
  height === 800 && (width === 360 || width === 1440);

const word = "x".repeat(300);
const events = [
  status("working"),
  { type: "task", data: { title: "A task that goes on and on ".repeat(11), description: word } },
  { type: "goal", data: { title: word } },
  { type: "milestone", data: { label: word, completed: true } },
  thought("مرحبا بالعالم، هذه فكرة تُقرأ من اليمين إلى اليسار.", "reasoning"),
  thought(`Averylongword${word} 🎭 https://example.org/${word}`, "decision"),
  thought(`\`\`\`\n${word}\n\`\`\`\n\`${word}\` **${word}**`, "context"),
  {
    type: "thought",
    data: {
      thought_type: "prompt",
      content: `Which one? ${word}`,
      metadata: { options: [word, "b", "b"], chosen: "b", prompt_for: word, file: word },
    },
  },
  {
    type: "thought",
    data: { thought_type: "tool", content: `${word}\n2`, metadata: { tool: word } },
  },
  ...[`a/${word}/${word}.ts`, "b.ts"].map((filename) => ({
    type: "code",
    data: { filename, action: "write", content: `const x = "${"y".repeat(2_000)}";\n` },
  })),
  {
    type: "error",
    data: {
      message: word,
      file: word,
      line: 3,
      stack: `${word}\n`.repeat(30),
      recovery_strategy: word,
    },
  },
  { type: "preview", data: { url: `https://example.org/${word}` } },
  { type: "terminal", data: { stream: "input", command: `echo ${word}`, text: "" } },
  { type: "terminal", data: { stream: "stdout", text: `${"z".repeat(2_000)}\r\n` } },
];

const browser = await sharedBrowser();
let agent: TestAgent;
let agentId: string;
let ended: string;
beforeAll(async () => {
  agent = await register({ name: "An agent whose name has forty characters", description: word });
  agentId = agent.agent_id;
  const { session_id: sessionId } = await agent.post([...events, status("done")]);
  ended = `${agentId}/${sessionId}`;
  await agent.post(events, { start_session: crypto.randomUUID() });
});

const pages: [string, () => string, (page: Page) => Promise<unknown>][] = [
  ["lobby", () => "/", (page) => page.getByText("An agent whose name").first().waitFor()],
  ["stage", () => `/watch/${agentId}`, (page) => waitForConnection(page, "live")],
  ["stage of nobody", () => `/watch/nobody-${"n".repeat(56)}`, (page) => heading(page)],
  ["embed", () => `/embed/${ended}`, (page) => waitForConnection(page, "ended")],
  ["wall", () => "/wall", (page) => page.getByText("An agent whose name").first().waitFor()],
  [
    "agent",
    () => `/agents/${agentId}`,
    (page) => page.locator('[data-figure="events"] canvas').waitFor(),
  ],
  ["agent of nobody", () => `/agents/nobody-${"n".repeat(56)}`, (page) => heading(page)],
  ["search", () => "/search", (page) => page.getByText("both words").waitFor()],
  ["search with hits", () => "/search?q=goes", (page) => page.locator(".hit").nth(1).waitFor()],
  [
    "search in vain",
    () => `/search?q=nobodysaid${word}`,
    (page) => page.getByText("Nothing matches").waitFor(),
  ],
  ["not found", () => "/no/such/page", (page) => heading(page)],
];

const heading = (page: Page) => page.getByRole("heading", { level: 1 }).waitFor();

async function open(path: string): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${target.site_url}${path}`);
  return page;
}

test.each(pages)("%s fits and is accessible", async (_name, path, ready) => {
  const page = await open(path());
  await ready(page);
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    // The layout settles within the next frames.
    await expect
      .poll(() => misfits(page), { message: `${width} × ${height}`, timeout: 5_000 })
      .toEqual([]);
    if (isForAxe([width, height])) await expectAccessible(page, `${width} px`);
  }
  await page.context().close();
});

test("menus, dialogs and panes fit and are accessible when open, close on Escape and give the focus back", async () => {
  const page = await open(`/watch/${ended}`);
  await waitForConnection(page, "ended");
  const check = async (what: string) => {
    await expectAccessible(page, what);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  };
  const focused = () =>
    page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid);

  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 800 });
    for (const menu of ["share", "speed", "chapters"]) {
      await part(page, menu).focus();
      await page.keyboard.press("Enter");
      await page.locator(".menu-panel").waitFor();
      await check(`${menu} at ${width} px`);
      await page.keyboard.press("Escape");
      expect(await page.locator(".menu-panel").count()).toBe(0);
      expect(await focused()).toBe(menu);
    }
    await part(page, "play").focus();
    await page.keyboard.press("?");
    await part(page, "help").getByText("next chapter").waitFor();
    await check(`help at ${width} px`);
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("play");

    await page.keyboard.press("/");
    await page.locator("dialog input").fill("goes");
    await part(page, "session-hit").first().waitFor();
    await check(`search at ${width} px`);
    // The first one empties the field, as in every search field.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    expect(await focused()).toBe("play");

    await page.getByText("Stack", { exact: true }).click();
    await page.locator(".task").first().click();
    await check(`details at ${width} px`);
    await page.locator(".task").first().click();
    await page.getByText("Stack", { exact: true }).click();
  }
  for (const pane of ["Work", "Terminal", "Chat"]) {
    await page.locator(".bottom-bar button", { hasText: pane }).click();
    await expect.poll(() => misfits(page), { message: pane }).toEqual([]);
    await check(pane);
  }
  await page.context().close();
});

test("on a phone the handle begins below the name, not below the avatar", async () => {
  const page = await open(`/watch/${ended}`);
  await page.setViewportSize({ width: 360, height: 800 });
  await waitForConnection(page, "ended");
  const left = (selector: string) =>
    page.locator(selector).evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().left;
    });
  expect(await left(".handle-line")).toBe(await left(".who h1"));
  await page.context().close();
});

test("on a phone the commands of the empty lobby wrap", async () => {
  const page = await open("/");
  await page.setViewportSize({ width: 360, height: 800 });
  const command = page.locator("#curl-command");
  await page.waitForFunction(() => document.querySelector("#curl-command")?.textContent !== "");
  // Other agents are on stage, so the real lobby is not empty.
  await page.addStyleTag({ content: "#empty { display: grid !important; }" });
  expect(await command.evaluate((pre) => pre.scrollWidth - pre.clientWidth)).toBe(0);
  expect(await command.evaluate((pre) => pre.clientWidth)).toBeGreaterThan(200);
  await page.context().close();
});
