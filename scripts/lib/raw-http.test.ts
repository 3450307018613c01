/** No request, however odd, ends a server or keeps it from answering the next one. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort, removeData } from "@kulti/local";
import { expect, onTestFinished, test } from "vitest";
import { root } from "./process.ts";
import { oddities, seeded, sendOddity } from "./raw-http.ts";

const seed = Number(process.env.KULTI_FUZZ_SEED ?? 1);
const mixtures = Number(process.env.KULTI_FUZZ_MIXTURES ?? 300);

/** A process of its own, as an error that nobody caught ends it. Resolves with its first line. */
async function start(
  args: string[],
): Promise<{ child: ChildProcess; said: () => string; line: string }> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGTERM")) await ended;
  });
  let said = "";
  child.stderr?.on("data", (text) => {
    said = `${said}${text}`.slice(-4000);
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`It ended with ${code}: ${said}`)));
  });
  return { child, said: () => said, line };
}

/** Several at a time; after each, the server must answer. */
async function survive(
  port: number,
  all: Iterable<Parameters<typeof sendOddity>[1]>,
  check: (n: number) => Promise<void>,
): Promise<number> {
  let n = 0;
  const queue = all[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      n += 1;
      await sendOddity(port, next.value, 60);
      await check(n).catch((error) => {
        throw new Error(`After ${next.value.name} (seed ${seed}): ${error.message}`);
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return n;
}

const ask = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });

test("the embedded stack survives odd requests, upgrades and frames, and all its parts answer", async () => {
  const folder = mkdtempSync("/var/tmp/kulti-odd-");
  cpSync(join(root, "local/test-fixtures/project"), join(folder, "project"), { recursive: true });
  const options = {
    projectDir: join(folder, "project"),
    dataDir: join(folder, "data"),
    apiPort: await freePort(),
    dbPort: await freePort(),
    limits: { joinErrorDelayMs: 10, connectErrorDelayMs: 10 },
  };
  onTestFinished(async () => {
    await removeData(options.dataDir);
    rmSync(folder, { recursive: true });
  });
  const script = join(root, "local/test-fixtures/run-stack.ts");
  const { child, said } = await start([script, JSON.stringify(options)]);
  const apikey = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH";
  const api = `http://127.0.0.1:${options.apiPort}`;
  const headers = { apikey, "content-type": "application/json" };
  const messages = [{ topic: "odd", event: "x", payload: {} }];
  const checks = [
    () => ask(`${api}/rest/v1/notes?select=body`, { headers }),
    () => ask(`${api}/functions/v1/echo`, { method: "POST", body: "x" }),
    () =>
      ask(`${api}/realtime/v1/api/broadcast`, {
        method: "POST",
        headers,
        body: JSON.stringify({ messages }),
      }),
  ];
  const paths = [
    `/rest/v1/notes?apikey=${apikey}`,
    `/rest/v1/rpc/whoami?apikey=${apikey}`,
    `/realtime/v1/api/broadcast?apikey=${apikey}`,
    "/functions/v1/echo",
  ];
  const socketPath = `/realtime/v1/websocket?vsn=2.0.0&apikey=${apikey}`;
  const all = oddities(seeded(seed), paths, socketPath, mixtures);
  const sent = await survive(options.apiPort, all, async (n) => {
    expect(child.exitCode, said()).toBeNull();
    const response = await (checks[n % checks.length] as () => Promise<Response>)();
    await response.arrayBuffer();
    expect(response.ok, `${response.status}`).toBe(true);
  });
  expect(sent).toBeGreaterThan(400);
}, 120_000);

test("the site's server survives odd requests and upgrades", async () => {
  const dist = mkdtempSync("/var/tmp/kulti-odd-");
  onTestFinished(() => rmSync(dist, { recursive: true }));
  mkdirSync(join(dist, "watch"));
  for (const page of ["index.html", "404.html", "watch/index.html"]) {
    writeFileSync(join(dist, page), "<h1>page</h1>");
  }
  writeFileSync(join(dist, "large.js"), "a".repeat(3_000_000));
  const options = {
    dist,
    port: 0,
    config: { api_url: "http://127.0.0.1:9", publishable_key: "x" },
  };
  const serve = `
    import { serveSite } from ${JSON.stringify(join(root, "site/host/serve.ts"))};
    const site = await serveSite(${JSON.stringify(options)});
    console.log(site.url);
    process.on("SIGTERM", () => process.exit());`;
  const { child, said, line } = await start(["--input-type=module", "--eval", serve]);
  const all = oddities(seeded(seed), ["/watch/ada", "/large.js"], "/watch/ada?x=1", mixtures);
  const sent = await survive(Number(new URL(line).port), all, async () => {
    expect(child.exitCode, said()).toBeNull();
    expect(await (await ask(`${line}/watch/ada`)).text()).toBe("<h1>page</h1>");
  });
  expect(sent).toBeGreaterThan(400);
}, 60_000);
