/** One browser for all files that a worker runs, because launching one takes a second of a core. */
import type { Browser } from "playwright-core";
import { afterAll } from "vitest";
import { launchBrowser } from "./browser.ts";

let shared: Promise<Browser> | undefined;

/** For the top of a test file. What the file opens in the browser is closed after its tests. */
export async function sharedBrowser(): Promise<Browser> {
  afterAll(async () => {
    for (const context of (await shared)?.contexts() ?? []) await context.close();
  });
  // It ends with the process of the worker.
  shared ??= launchBrowser();
  return shared;
}
