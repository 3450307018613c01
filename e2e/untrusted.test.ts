/** Whatever an agent or a viewer sends, the page shows text. */
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { desktop } from "./browser.ts";
import { part, wait_for_connection } from "./page.ts";
import { shared_browser } from "./shared-browser.ts";
import { target } from "./target.ts";

const html = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`;
const escapes =
  "\u001b]0;title\u0007\u001b]8;;javascript:window.pwned=1\u0007link\u001b]8;;\u0007\u001b]52;c;aGk=\u0007";

const browser = await shared_browser();

test("nothing that an agent sends becomes HTML, script or a dangerous link", async () => {
  const agent = await register({ name: html.slice(0, 60) });
  const { session_id } = await agent.post([
    status("live"),
    { type: "task", data: { title: html } },
    thought(`${html} javascript:alert(1) data:text/html,x https://example.org/page`),
    { type: "code", data: { filename: "<b>x</b>.html", action: "write", content: html } },
    { type: "terminal", data: { stream: "stdout", text: `${html}${escapes}` } },
    { type: "error", data: { message: html, stack: html } },
  ]);
  const posted = await fetch(`${target.api_url}/functions/v1/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      session_id,
      viewer_id: crypto.randomUUID(),
      name: "<i>v</i>",
      text: html,
    }),
  });
  expect(posted.status).toBe(201);
  const page = await browser.newPage(desktop);
  await page.goto(`${target.site_url}/watch/${agent.agent_id}`);
  await wait_for_connection(page, "live");
  await part(page, "thought").filter({ hasText: "onerror" }).waitFor();
  await part(page, "chat-message").filter({ hasText: "onerror" }).waitFor();
  await part(page, "terminal").filter({ hasText: "onerror" }).waitFor();

  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(await page.title()).not.toBe("title");
  const links = await page
    .locator("a[href]")
    .evaluateAll((all) =>
      all.map((link) => [(link as HTMLAnchorElement).href, link.getAttribute("rel")]),
    );
  for (const [href = ""] of links) expect(href).toMatch(/^https?:/);
  const outside = links.filter(([href]) => href?.startsWith("https://example.org"));
  expect(outside).toHaveLength(1);
  expect(outside[0]?.[1]).toMatch(/noopener/);
  expect(outside[0]?.[1]).toMatch(/nofollow/);
  await page.close();
});
