/** `npm start` as a person runs it, and what it leaves behind, however it ends. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, removeData } from "@kulti/local";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Target } from "../lib/launch.ts";
import { root } from "../lib/process.ts";

let dir: string;
let env: NodeJS.ProcessEnv;
let npm: ChildProcess;
let local: Target;

/** All tests use one folder: however one run ended, the next finds its data and starts. */
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "kulti-start-"));
  const [apiPort, dbPort, sitePort] = [await freePort(), await freePort(), await freePort()];
  env = {
    ...process.env,
    KULTI_API_URL: "",
    KULTI_DB_URL: "",
    KULTI_DIR: dir,
    KULTI_API_PORT: String(apiPort),
    KULTI_DB_PORT: String(dbPort),
    KULTI_SITE_PORT: String(sitePort),
  };
});

beforeEach(async () => {
  const localJson = join(dir, "local.json");
  // A killed run leaves this file behind.
  rmSync(localJson, { force: true });
  // A process group of its own, as in a terminal.
  npm = spawn("npm", ["start"], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
    env,
  });
  await expect.poll(() => existsSync(localJson), { timeout: 60_000 }).toBe(true);
  local = JSON.parse(readFileSync(localJson, "utf8"));
}, 90_000);

afterEach(async () => {
  npm.kill("SIGTERM");
  await expect.poll(portsOpen, { timeout: 15_000 }).toEqual([]);
}, 30_000);

afterAll(async () => {
  // The folder is free a moment after the ports are.
  await vi.waitFor(() => removeData(join(dir, "data")), { timeout: 10_000 });
  rmSync(dir, { recursive: true });
});

const isOpen = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });

async function portsOpen(): Promise<string[]> {
  const urls = [local.api_url, local.db_url, local.site_url];
  const open = await Promise.all(urls.map(isOpen));
  return urls.filter((_, index) => open[index]);
}

/** Processes whose command line or environment names this run's folder. */
const processes = (): string[] =>
  execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(dir) && !line.includes("ps -eo"));

test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "npm start serves, and leaves no process and no port behind after %s of its parent",
  async (signal) => {
    expect(Object.keys(local)).toEqual([
      "api_url",
      "site_url",
      "db_url",
      "publishable_key",
      "secret_key",
    ]);
    const config = await (await fetch(`${local.site_url}/config.json`)).json();
    expect(config).toEqual({
      api_url: local.api_url,
      publishable_key: local.publishable_key,
      avatar_hosts: [],
    });
    expect((await fetch(`${local.api_url}/functions/v1/ingest/health`)).status).toBe(200);
    // Ctrl-C reaches the whole group, kill only one process.
    process.kill(signal === "SIGINT" ? -(npm.pid as number) : (npm.pid as number), signal);
    await expect.poll(portsOpen, { timeout: 15_000 }).toEqual([]);
    await expect.poll(processes, { timeout: 15_000 }).toEqual([]);
  },
  60_000,
);

test("npm start ends with an error and leaves nothing behind when Postgres is gone for good", async () => {
  const moved = join(dir, "data/postgres-at");
  const folder = existsSync(moved)
    ? readFileSync(moved, "utf8").trim()
    : join(dir, "data/postgres");
  const pid = Number.parseInt(readFileSync(join(folder, "postmaster.pid"), "utf8"), 10);
  expect(pid).toBeGreaterThan(1);
  const ended = new Promise((resolve) => npm.once("exit", resolve));
  const control = join(folder, "global/pg_control");
  renameSync(control, `${control}.away`);
  process.kill(pid, "SIGKILL");
  expect(await ended).toBe(1);
  expect(existsSync(join(dir, "local.json"))).toBe(false);
  await expect.poll(portsOpen, { timeout: 15_000 }).toEqual([]);
  await expect.poll(processes, { timeout: 15_000 }).toEqual([]);
  renameSync(`${control}.away`, control);
}, 60_000);

test("npm start names the Kulti that already runs or the taken port, and reset leaves it alone", () => {
  const refused = (command: string, more: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [join(root, "scripts/bootstrap.mjs"), command], {
      env: { ...env, ...more },
      encoding: "utf8",
    }).stderr;
  expect(refused("start")).toContain(`already running at ${local.site_url}.`);
  expect(refused("start", { KULTI_DIR: join(dir, "other") })).toMatch(
    /Cannot start the site: port \d+ on 127.0.0.1 is in use .* \(KULTI_SITE_PORT\)/,
  );
  expect(refused("reset")).toMatch(/^Cannot use [^.]+: a stack runs on it\. .* \(KULTI_DIR\)\.$/m);
  expect(existsSync(join(dir, "local.json"))).toBe(true);
}, 60_000);
