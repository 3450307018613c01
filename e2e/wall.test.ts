import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

test("the wall puts an agent first when it begins to wait for a human, and leads to its stage", async () => {
  const page = await browser.newPage();
  const mark = crypto.randomUUID().slice(0, 8);
  const names = { calm: `Calm ${mark}`, asking: `Asking ${mark}` };
  const calm = await register({ name: names.calm });
  const asking = await register({ name: names.asking });
  await asking.post([status("working"), thought("Still busy.")]);
  await calm.post([status("working")]);
  await page.goto(`${target.site_url}/wall`);
  const tile = (name: string) => page.getByRole("listitem").filter({ hasText: name });
  await tile(names.calm).waitFor();
  expect(await tile(names.asking).getAttribute("data-kind")).toBe("active");
  const placeOf = async (name: string) => {
    const shown = await page.locator(".tile-name").allTextContents();
    return shown.indexOf(name);
  };

  await asking.post([thought("May I delete the branch?", "prompt"), status("waiting")]);
  await page.locator('[data-kind="waiting"]').filter({ hasText: names.asking }).waitFor();
  await tile(names.asking).getByText("May I delete the branch?").waitFor();
  expect(await placeOf(names.asking)).toBeLessThan(await placeOf(names.calm));
  expect(await page.getByRole("status").first().textContent()).toMatch(/\d+ waits? for a human/);
  expect(await tile(names.asking).getByRole("link").count()).toBe(1);
  await tile(names.asking).getByRole("link").click();
  await page.waitForURL(`**/watch/${asking.agent_id}`);
  await page.close();
});

test("the lobby can sort by name, as one list", async () => {
  const page = await browser.newPage();
  const mark = crypto.randomUUID().slice(0, 8);
  for (const name of [`${mark} Abe`, `${mark} Zoe`]) {
    await (await register({ name })).post([status("live")]);
  }
  await page.goto(target.site_url);
  await page.getByLabel("Filter by agent or task").fill(mark);
  await page.getByText(`${mark} Zoe`).waitFor();
  await page.getByText(`${mark} Abe`).waitFor();
  const names = () => page.locator(".session-name").allTextContents();
  expect(await names()).toEqual([`${mark} Zoe`, `${mark} Abe`]);
  await page.getByLabel("Sort").selectOption("name");
  await page.getByRole("heading", { name: "By name" }).waitFor();
  expect(await page.getByRole("heading", { name: "On stage now" }).count()).toBe(0);
  expect(await names()).toEqual([`${mark} Abe`, `${mark} Zoe`]);
  await page.getByLabel("Sort").selectOption("newest");
  await page.getByRole("heading", { name: "Newest first" }).waitFor();
  expect(await names()).toEqual([`${mark} Zoe`, `${mark} Abe`]);
  await page.close();
});
