/** Every page at every width and in both themes: nothing overflows, nothing is inaccessible. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { launch_browser } from "./browser.ts";
import { wait_for_connection } from "./page.ts";
import { target } from "./target.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const widths = [360, 768, 1440, 2560];

let browser: Browser;
let agent_id: string;
beforeAll(async () => {
  browser = await launch_browser();
  const agent = await register({ name: "An agent whose name has forty characters" });
  agent_id = agent.agent_id;
  await agent.post([
    status("working"),
    { type: "task", data: { title: "A task that goes on and on ".repeat(11) } },
    thought("مرحبا بالعالم، هذه فكرة تُقرأ من اليمين إلى اليسار.", "reasoning"),
    thought(`Averylongword${"x".repeat(400)} 🎭`, "decision"),
    {
      type: "code",
      data: {
        filename: "a/b/c.ts",
        action: "write",
        content: `const x = "${"y".repeat(2_000)}";\n`,
      },
    },
    { type: "terminal", data: { stream: "stdout", text: `${"z".repeat(2_000)}\r\n` } },
  ]);
});
afterAll(() => browser?.close());

const pages: [string, () => string, (page: Page) => Promise<unknown>][] = [
  ["lobby", () => "/", (page) => page.getByText("An agent whose name").first().waitFor()],
  ["stage", () => `/watch/${agent_id}`, (page) => wait_for_connection(page, "live")],
  ["stage of nobody", () => "/watch/nobody-here", (page) => page.waitForLoadState("networkidle")],
  ["wall", () => "/wall", (page) => page.getByText("An agent whose name").first().waitFor()],
  [
    "agent",
    () => `/agents/${agent_id}`,
    (page) => page.locator('[data-figure="events"] canvas').waitFor(),
  ],
  ["agent of nobody", () => "/agents/nobody-here", (page) => page.getByRole("heading").waitFor()],
  ["search", () => "/search", (page) => page.getByText("both words").waitFor()],
  [
    "search with hits",
    () => `/search?q=-nobody&agent=${agent_id}`,
    (page) => page.locator("mark, .hit").nth(3).waitFor(),
  ],
  [
    "search in vain",
    () => "/search?q=nobodysaidthis",
    (page) => page.getByText("Nothing that").waitFor(),
  ],
  ["not found", () => "/no/such/page", (page) => page.waitForLoadState("networkidle")],
];

describe.each(pages)("%s", (_name, path, ready) => {
  test.each(["dark", "light"] as const)("fits and is accessible in the %s theme", async (theme) => {
    const context = await browser.newContext({ colorScheme: theme, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`${target.site_url}${path()}`);
    await ready(page);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      // The layout settles with the next frames.
      await expect.poll(() => overflow(page), { message: `${width} px` }).toBeLessThanOrEqual(0);
      if (width === 360 || width === 1440)
        expect(await violations(page), `${width} px`).toEqual([]);
    }
    await context.close();
  });
});

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Serious and critical findings of axe-core, each with the elements concerned. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  });
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
}
