/** The search page in a browser: its results, how it shows them, and hostile queries and texts. */
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { register, status, type TestAgent, thought } from "./agent.ts";
import { part } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

/** A word that occurs only in the events of this run. */
const own = `zebra${crypto.randomUUID().slice(0, 8)}`;
const html = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`;

const browser = await sharedBrowser();
let agent: TestAgent;
let sessionId: string;

beforeAll(async () => {
  agent = await register({ name: "Search & find" });
  ({ session_id: sessionId } = await agent.post([
    status("working"),
    thought(`${own} the failing test, not a test that is failing`, "reasoning"),
    thought(`${own} 検索機能を実装する`, "observation"),
    thought(`${own} البحث عن الخطأ`, "decision"),
    {
      type: "code",
      data: {
        filename: `src/${own}/read-config.ts`,
        action: "write",
        content: `export function parseConfigFile() {}\n// ${own}\n`,
      },
    },
    {
      type: "terminal",
      data: { stream: "stdout", command: `npm run ${own}`, text: "\u001b[31mFAILED\u001b[0m\n" },
    },
    { type: "error", data: { message: `${own} ${html}`, file: `src/${own}/${"x".repeat(80)}.ts` } },
  ]));
});

async function open(query = "", page?: Page): Promise<Page> {
  const opened = page ?? (await browser.newPage());
  await opened.goto(`${target.site_url}/search${query}`);
  return opened;
}

const hits = (page: Page) => part(page, "hit");
const field = (page: Page) => page.getByRole("searchbox");
const notice = (page: Page) => page.locator("#notice");
const address = (page: Page) => new URL(page.url()).searchParams.get("q");

/** Searches as a viewer does and returns the positions of the hits, in the session's order. */
async function found(page: Page, query: string): Promise<number[]> {
  await field(page).fill(query);
  await page.locator('main[aria-busy="false"]').waitFor();
  const links = await hits(page).evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  return links.map((link) => Number(link?.split("#e")[1])).sort((a, b) => a - b);
}

test("search finds words, phrases, prefixes, parts of identifiers and text without spaces", async () => {
  const page = await open();
  const cases: [string, number[]][] = [
    [`${own} failing`, [2]],
    [`${own} "failing test"`, [2]],
    [`${own} "test failing"`, []],
    [`${own.slice(0, 12)}* 検索`, [3]],
    [`機能 ${own}`, [3]],
    [`${own} الخطأ`, [4]],
    [`${own} config`, [5]],
    [`${own} parse_config_file`, [5]],
    [`${own} -config -npm`, [2, 3, 4, 7]],
    [`npm ${own} failed`, [6]],
  ];
  for (const [query, expected] of cases) expect(await found(page, query), query).toEqual(expected);
  await page.close();
});

test("a word without hits is searched as a prefix, and the page says so", async () => {
  const page = await open();
  expect(await found(page, `${own} confi`)).toEqual([5]);
  expect(await notice(page).textContent()).toContain("words that start with it");
  expect(await found(page, `${own} config`)).toEqual([5]);
  expect(await notice(page).isHidden()).toBe(true);
  await page.close();
});

test("each hit looks as on stage, with the searched words marked", async () => {
  const page = await open(`?q=${own}`);
  const ofKind = (kind: string) => page.locator(`[data-testid="hit"][data-kind="${kind}"]`);
  await page.getByRole("button", { name: "2 more in this session" }).click();
  for (const kind of ["reasoning", "observation", "decision", "code", "terminal", "error"]) {
    await ofKind(kind).waitFor();
    expect(await ofKind(kind).locator("mark").first().textContent()).toContain(own.slice(0, 5));
  }
  expect(await ofKind("code").textContent()).toContain("read-config.ts");
  expect(await ofKind("code").locator("[data-line='2'] mark").textContent()).toBe(own);
  const family = (kind: string) =>
    ofKind(kind)
      .locator(".hit-snippet")
      .evaluate((one) => getComputedStyle(one).fontFamily);
  expect(await family("code")).toContain("Mono");
  expect(await family("terminal")).toContain("Mono");
  expect(await family("reasoning")).not.toContain("Mono");
  const prompt = await ofKind("terminal")
    .locator(".hit-snippet")
    .evaluate((one) => getComputedStyle(one, "::before").content);
  expect(prompt).toContain("❯");
  const direction = ofKind("decision").locator(".hit-snippet");
  expect(await direction.getAttribute("dir")).toBe("auto");
  await page.close();
});

test("a hit opens the stage at its event, by mouse and by keyboard", async () => {
  const page = await open(`?q=${own}+failing`);
  await hits(page).click();
  await page.waitForURL(`**/watch/${agent.agent_id}/${sessionId}#e2`);
  await part(page, "thought").filter({ hasText: "not a test" }).first().waitFor();
  await page.goBack();
  await hits(page).waitFor();
  expect(await field(page).inputValue()).toBe(`${own} failing`);

  await open(`?q=${own}`, page);
  await hits(page).first().waitFor();
  const href = () => page.evaluate(() => document.activeElement?.getAttribute("href") ?? null);
  await page.keyboard.press("ArrowDown");
  const first = await href();
  expect(first).toContain(`/watch/${agent.agent_id}/${sessionId}#e`);
  await page.keyboard.press("ArrowDown");
  expect(await href()).not.toBe(first);
  await page.keyboard.press("ArrowUp");
  expect(await href()).toBe(first);
  await page.keyboard.press("/");
  expect(await field(page).evaluate((one) => one === document.activeElement)).toBe(true);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${first}`);
  await page.close();
});

test("query and filters are in the address, and Escape clears the query", async () => {
  const page = await open(`?q=${own}&type=error&agent=${agent.agent_id}&from=1d`);
  await hits(page).waitFor();
  expect(await hits(page).count()).toBe(1);
  await page.getByLabel("Type").selectOption("code");
  await page.locator('[data-kind="code"]').waitFor();
  expect(await hits(page).count()).toBe(1);
  expect(new URL(page.url()).searchParams.get("type")).toBe("code");
  await page.getByLabel("File", { exact: true }).fill("no-such-file.ts");
  await notice(page).getByText("within these filters").waitFor();
  await page.getByRole("button", { name: "Search without filters" }).click();
  await expect.poll(() => hits(page).count()).toBe(6);
  expect([...new URL(page.url()).searchParams.keys()]).toEqual(["q"]);
  await field(page).press("Escape");
  await page.getByText("both words, in any order").waitFor();
  expect([address(page), await hits(page).count()]).toEqual([null, 0]);
  await page.close();
});

test("every page of a search is reachable, without repeats, grouped by session", async () => {
  const word = `okapi${crypto.randomUUID().slice(0, 8)}`;
  const numbers = Array.from({ length: 55 }, (_, n) => thought(`${word} number ${n}`));
  for (const name of ["One", "Two"]) await (await register({ name })).post(numbers);
  const page = await open(`?q=${word}`);
  await hits(page).first().waitFor();
  expect(await hits(page).count()).toBe(20);
  const visible = () => page.locator(".hit:not([hidden])").count();
  const folded = await visible();
  expect(folded).toBeLessThan(10);
  await page.getByRole("button", { name: "more in this session" }).first().click();
  expect(await visible()).toBeGreaterThan(folded);

  await page.mouse.wheel(0, 20_000);
  await expect.poll(() => hits(page).count()).toBeGreaterThan(20);
  const more = page.getByRole("button", { name: "More", exact: true });
  const end = page.getByText("No more results.");
  while (!(await end.isVisible())) {
    await more.or(end).first().waitFor();
    if (await more.isVisible()) await more.click({ timeout: 5_000 }).catch(() => {});
  }
  const links = await hits(page).evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  expect([links.length, new Set(links).size]).toEqual([110, 110]);
  expect(await page.locator("#said").textContent()).toBe("110 results shown.");
  await page.close();
});

test("slash searches the session on stage, an unlisted one too, and a hit moves the stage", async () => {
  const unlisted = await register({ visibility: "unlisted" });
  const posted = await unlisted.post([
    thought("An okapi came by."),
    thought("Nothing happened."),
    thought("Another okapi, and <b>it</b> stayed."),
    thought("The end."),
    status("done"),
  ]);
  const page = await browser.newPage();
  const typed = Promise.withResolvers<void>();
  await page.route(/SessionHits.*js$/, async (route) => {
    await typed.promise;
    await route.continue();
  });
  await page.goto(`${target.site_url}/watch/${unlisted.agent_id}/${posted.session_id}`);
  await part(page, "thought").first().waitFor();
  // The field takes all of it, although the search code has not loaded yet.
  await page.keyboard.type("/okapi stayed");
  const search = part(page, "session-search");
  expect(await search.locator("input").inputValue()).toBe("okapi stayed");
  typed.resolve();
  const hit = part(page, "session-hit");
  await hit.waitFor();
  expect(await hit.textContent()).toContain("<b>it</b>");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await search.waitFor({ state: "detached" });
  await page.locator('[data-testid="position"][data-seq="3"]').waitFor({ state: "attached" });
  await part(page, "thought").filter({ hasText: "stayed" }).waitFor();
  expect(await part(page, "thought").filter({ hasText: "The end." }).count()).toBe(0);

  await page.getByRole("button", { name: "Search this session" }).click();
  await page.keyboard.type("zebra");
  await search.getByText("Nothing in this session matches “zebra”.").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await search.waitFor({ state: "detached" });
  await page.close();
});

test("every hostile query gets an ordinary answer", async () => {
  const page = await open();
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  for (const query of [
    "'; drop table public.ai_stream_events; --",
    `"unbalanced ${own}x`,
    '"""',
    "\\ % _ & | ! ( ) : *",
    "-",
    "a\u0000b\ud800",
    html,
    "🎭".repeat(100),
  ]) {
    await found(page, query);
    await page.locator("#notice:not([hidden]), .hit").first().waitFor();
  }
  await found(page, "x".repeat(10_000));
  expect(await notice(page).textContent()).toContain("10,000 bytes long, the limit is 512");
  expect(await hits(page).count()).toBe(0);
  await field(page).fill("   ");
  await page.getByText("both words, in any order").waitFor();
  expect(await found(page, `${own} failing`)).toEqual([2]);
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  expect(errors).toEqual([]);
  await page.close();
});

test("hostile text in a hit stays text", async () => {
  const page = await open(`?q=${own}+onerror`);
  await hits(page).waitFor();
  expect(await hits(page).textContent()).toContain("<img src=x");
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  expect(await page.locator("img").count()).toBe(0);
  await page.close();
});

test("search finds nothing that is not public", async () => {
  const word = `quagga${crypto.randomUUID().slice(0, 8)}`;
  for (const visibility of ["private", "unlisted", "public"]) {
    await (await register({ visibility })).post([thought(`${word} ${visibility}`)]);
  }
  const page = await open(`?q=${word}`);
  await hits(page).first().waitFor();
  expect(await hits(page).count()).toBe(1);
  expect(await hits(page).textContent()).toContain("public");
  await page.close();
});

test("the page says that the server is unreachable or too slow, and retries", async () => {
  const page = await open();
  const route = "**/rpc/search_events";
  await page.route(route, (call) => call.abort());
  await field(page).fill(own);
  await notice(page).getByText("The server can't be reached.").waitFor();
  await page.unroute(route);
  await page.route(route, (call) =>
    call.fulfill({
      status: 503,
      contentType: "application/json",
      headers: { "access-control-allow-origin": "*" },
      body: JSON.stringify({ code: "PT503", message: "x", details: "unavailable", hint: null }),
    }),
  );
  const again = page.getByRole("button", { name: "Try again" });
  await again.click();
  await notice(page).getByText("took too long").waitFor();
  await page.unroute(route);
  await again.click();
  await expect.poll(() => hits(page).count()).toBe(6);
  await page.close();
});
