/** Reads the state of the stage in a browser. */
import type { Page } from "playwright-core";

declare global {
  interface Window {
    /** The folded state of the session that is shown. */
    kultiStage?: () => unknown;
  }
}

export const part = (page: Page, name: string) => page.locator(`[data-testid="${name}"]`);

export async function stageOf(page: Page): Promise<{ seq: number; [key: string]: unknown }> {
  return page.evaluate(() => JSON.parse(JSON.stringify(window.kultiStage?.() ?? { seq: 0 })));
}

/** Waits until the page has folded event `seq`. */
export async function waitForSeq(page: Page, seq: number, timeout = 20_000): Promise<void> {
  await page.waitForFunction(
    (seq) => ((window.kultiStage?.() as { seq: number } | undefined)?.seq ?? 0) >= seq,
    seq,
    { timeout },
  );
}

export async function waitForConnection(page: Page, state: string, timeout = 20_000) {
  await part(page, "connection")
    .and(page.locator(`[data-state="${state}"]`))
    .first()
    .waitFor({ timeout });
}

/** Waits until the page shows position `seq`. */
export const waitForPlace = (page: Page, seq: number) =>
  part(page, "position")
    .and(page.locator(`[data-seq="${seq}"]`))
    .waitFor();

export const numberOf = async (page: Page, name: string, attribute: string): Promise<number> =>
  Number(await part(page, name).getAttribute(attribute));
