/** A real Chromium: the one that the environment or the system has, else the one from npm. */
import { existsSync } from "node:fs";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

const installed = [process.env.KULTI_CHROMIUM, "/usr/bin/chromium"].find(
  (path) => path && existsSync(path),
);

/** A window in which every part of the stage is open. */
export const desktop = { viewport: { width: 1440, height: 900 } };

export async function launch_browser(): Promise<Browser> {
  return playwright.launch({
    executablePath: installed ?? (await chromium.executablePath()),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
      "--font-render-hinting=none",
    ],
  });
}
