/** Rewinding a live session without losing the live edge. */
import { expect, test } from "vitest";
import { register, spaced, status, thought } from "./agent.ts";
import { numberOf, part, stageOf, waitForConnection, waitForPlace, waitForSeq } from "./page.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { foldedTable } from "./table.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();

async function onStage() {
  const agent = await register();
  const thoughts = Array.from({ length: 30 }, (_, index) => thought(`Thought ${index + 1}.`));
  const { session_id: sessionId } = await agent.post(
    spaced([status("working"), ...thoughts], 1_000),
  );
  const page = await browser.newPage();
  const frames: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => void frames.push(String(payload))),
  );
  await page.goto(`${target.site_url}/watch/${agent.agent_id}`);
  await waitForConnection(page, "live");
  await waitForSeq(page, 31);
  return { agent, session_id: sessionId, page, frames };
}

test("keyboard: events that arrive while rewound are kept, nothing moves, and L returns to live", async () => {
  const { agent, session_id: sessionId, page, frames } = await onStage();
  expect(await numberOf(page, "live-button", "data-behind")).toBe(0);
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await waitForConnection(page, "rewound");
  await page.keyboard.press("k");
  await expect.poll(() => numberOf(page, "live-button", "data-behind")).toBeGreaterThan(2_000);
  const behind = await numberOf(page, "live-button", "data-behind");
  const { seq } = await stageOf(page);
  expect(seq).toBeLessThan(31);
  await part(page, "thought")
    .last()
    .filter({ hasText: `Thought ${seq - 1}.` })
    .waitFor();

  await agent.post([thought("Said while the viewer looked back.")]);
  await page.waitForFunction(
    (before) =>
      Number(document.querySelector('[data-testid="live-button"]')?.getAttribute("data-behind")) >
      before,
    behind,
  );
  const place = await numberOf(page, "position", "data-seq");
  await expect.poll(() => frames.join()).toContain("Said while the viewer looked back.");
  await page.waitForTimeout(700);
  expect(await numberOf(page, "position", "data-seq")).toBe(place);

  await page.keyboard.press("l");
  await waitForConnection(page, "live");
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
  await part(page, "thought").filter({ hasText: "Said while the viewer looked back." }).waitFor();
  await page.close();
});

test("mouse: a click on the timeline plays from there, and LIVE returns", async () => {
  const { session_id: sessionId, page } = await onStage();
  const line = await part(page, "timeline").boundingBox();
  if (!line) throw new Error("There is no timeline.");
  await page.mouse.click(line.x + line.width / 2, line.y + line.height / 2);
  await waitForConnection(page, "rewound");
  const { seq } = await stageOf(page);
  expect(seq).toBeGreaterThan(8);
  expect(seq).toBeLessThan(24);
  await waitForPlace(page, seq + 1);
  await part(page, "live-button").click();
  await waitForConnection(page, "live");
  expect(await stageOf(page)).toEqual(await foldedTable(sessionId));
  await page.close();
});

test("catch up plays faster until it reaches live, and then follows", async () => {
  const { agent, page } = await onStage();
  await page.keyboard.press("ArrowLeft");
  await waitForConnection(page, "rewound");
  await part(page, "catch-up").click();
  await waitForConnection(page, "live");
  await agent.post([thought("After the chase.")]);
  await part(page, "thought").filter({ hasText: "After the chase." }).waitFor();
  await page.close();
});

test("the player ignores keys while the viewer types", async () => {
  const { page } = await onStage();
  await page.getByTitle("Show the chat").click();
  await part(page, "chat-input").click();
  await page.keyboard.type("k, l [] 05");
  expect(await part(page, "chat-input").inputValue()).toBe("k, l [] 05");
  await waitForConnection(page, "live");
  // The same key elsewhere is the player's.
  await part(page, "chat-input").blur();
  await page.keyboard.press("k");
  await waitForConnection(page, "rewound");
  await page.close();
});

test("a chosen file that does not exist yet at the moment shown is named", async () => {
  const agent = await register();
  const write = { type: "code", data: { filename: "src/late.ts", action: "write", content: "1" } };
  const { session_id: sessionId } = await agent.post(
    spaced([thought("First."), thought("Second."), write, status("done")], 1_000),
  );
  const page = await browser.newPage();
  await page.goto(`${target.site_url}/watch/${agent.agent_id}/${sessionId}`);
  await waitForSeq(page, 4);
  await page.getByRole("tab", { name: "late.ts" }).click();
  await page.keyboard.press("0");
  await page.getByText("src/late.ts does not exist yet at this point.").waitFor();
  await page.close();
});
