/** `npm start`: runs the embedded stack and the site until Ctrl-C. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkCommandLine } from "../lib/command-line.ts";
import { withEnvNames } from "../lib/env-names.ts";
import { launch, type Target } from "../lib/launch.ts";
import { kultiDir, onEnd, root } from "../lib/process.ts";
import { localJson, runningKulti } from "../lib/running.ts";

function port(name: string, otherwise: number): number {
  const number = Number(process.env[name] || otherwise);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw new Error(`Cannot start: ${name} is "${process.env[name]}", not a port from 1 to 65535.`);
}

function print({
  api_url: apiUrl,
  site_url: siteUrl,
  db_url: dbUrl,
  publishable_key: publishableKey,
  secret_key: secretKey,
}: Target) {
  console.log(`
  Kulti is on stage.

    Site              ${siteUrl}
    API               ${apiUrl}
    Database          ${dbUrl}
    Publishable key   ${publishableKey}
    Secret key        ${secretKey}

  Put an agent on stage, in another terminal:

    ${process.env.KULTI_DIR ? `KULTI_DIR=${process.env.KULTI_DIR} ` : ""}npx kulti demo
${process.stdin.isTTY ? "\n  Or press d to run the demo here. Press Ctrl-C to stop.\n" : "\n  Press Ctrl-C to stop.\n"}`);
}

function demoOnKey() {
  if (!process.stdin.isTTY) return;
  process.stdin.setRawMode(true).on("data", (data) => {
    const key = String(data);
    if (key === "\u0003") process.kill(process.pid, "SIGINT");
    if (key === "d") {
      const demo = spawn("kulti", ["demo"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
      process.once("exit", () => demo.kill());
    }
  });
}

function makeFolder() {
  try {
    mkdirSync(kultiDir, { recursive: true });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `Cannot write data to ${kultiDir}: ${message}. Set KULTI_DIR to another folder.`,
    );
  }
}

checkCommandLine({
  command: "npm start",
  about: "Starts the embedded stack and the site, and runs them until Ctrl-C.",
});
const started = Date.now();
let stopping: (() => Promise<void>) | undefined;
const end = onEnd(async () => {
  if (stopping) rmSync(localJson, { force: true });
  await stopping?.();
});
try {
  const running = await runningKulti();
  if (running) {
    throw new Error(
      `Kulti is already running at ${running.site_url}. To start another, set KULTI_DIR, KULTI_API_PORT, KULTI_DB_PORT and KULTI_SITE_PORT.`,
    );
  }
  makeFolder();
  const { stop, failed, ...target } = await launch({
    dataDir: join(kultiDir, "data"),
    apiPort: port("KULTI_API_PORT", 54321),
    dbPort: port("KULTI_DB_PORT", 54322),
    sitePort: port("KULTI_SITE_PORT", 4321),
    log: console.log,
  });
  stopping = stop;
  void failed.then((error) => {
    console.error(`Kulti stopped. ${error.message}`);
    return end(1);
  });
  writeFileSync(localJson, `${JSON.stringify(target, null, 2)}\n`, { mode: 0o600 });
  print(target);
  console.log(`  Ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  demoOnKey();
} catch (error) {
  console.error(error instanceof Error ? withEnvNames(error.message) : error);
  process.exit(1);
}
