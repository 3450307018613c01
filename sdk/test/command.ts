/** Runs the command line as a process of its own. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The command in a checkout. */
export const sourceBin = fileURLToPath(new URL("../bin/kulti.mjs", import.meta.url));

/** Bundles the command into one file, like the published one. It starts in a third of the time. */
export async function bundleBin(): Promise<{ bin: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "kulti-bin-"));
  const entry = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
  const outfile = join(folder, "cli.js");
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    // It brings binaries.
    external: ["@lydell/node-pty"],
  });
  const bin = join(folder, "bin/kulti.mjs");
  cpSync(sourceBin, bin);
  return { bin, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Home {
  /** The working folder. */
  folder: string;
  bin: string;
  env: Record<string, string>;
  remove(): void;
}

/** Makes an empty home for a user without settings. */
export function makeHome(bin: string, env: Record<string, string> = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), "kulti-home-"));
  return {
    folder,
    bin,
    env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Calls `during` after the process starts, with a function that sends it a signal. */
export function kulti(
  home: Home,
  args: string[],
  options: { input?: string; during?: (kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [home.bin, ...args], { cwd: home.folder, env: home.env });
  const finished: Finished = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    finished.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    finished.stderr += chunk;
  });
  child.stdin.end(options.input ?? "");
  options.during?.((signal) => child.kill(signal));
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...finished, code })));
}
