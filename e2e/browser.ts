/** A real Chromium: from the environment or the system, else from npm. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";
import e2e from "./package.json" with { type: "json" };

const cache = fileURLToPath(new URL("../node_modules/.cache/", import.meta.url));

const installed = [process.env.KULTI_CHROMIUM, "/usr/bin/chromium"].find(
  (path) => path && existsSync(path),
);

/** A window in which every part of the stage is open. */
export const desktop = { viewport: { width: 1440, height: 900 } };

/** Runs before vitest's workers start, because each of them would unpack its own Chromium. */
export async function setup(): Promise<void> {
  if (!installed) await unpacked();
}

export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: installed ?? (await unpacked()),
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

/**
 * The package unpacks to the temporary folder and uses any file it finds there: another user's, another version's, or
 * one that a second process has half written. So each version has its own folder, which appears when it is complete.
 */
async function unpacked(): Promise<string> {
  const folder = join(cache, `chromium-${e2e.devDependencies["@sparticuz/chromium"]}`);
  if (existsSync(folder)) return join(folder, "chromium");
  const own = `${folder}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  const { TMPDIR } = process.env;
  process.env.TMPDIR = own;
  try {
    await chromium.executablePath();
    // Another process may have been faster.
    if (!existsSync(folder)) renameSync(own, folder);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    rmSync(own, { recursive: true, force: true });
  }
  return join(folder, "chromium");
}
