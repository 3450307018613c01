/** Postgres is killed under a running stack. */
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "./ports.ts";
import { clusterFolder } from "./postgres/cluster.ts";
import { joined, listen, until } from "./realtime/test-project.ts";
import { type Stack, startStack } from "./stack.ts";
import { processesLeft, processesWith } from "./testing/children.ts";
import { copyCluster } from "./testing/cluster.ts";
import { copyFixture, type Fixture } from "./testing/fixture.ts";
import { runStack } from "./testing/run-stack.ts";
import { connectSql } from "./testing/sql.ts";

let fixture: Fixture;
let stack: Stack;
const log: string[] = [];

const optionsFor = async ({ projectDir, dataDir }: Fixture) => ({
  projectDir,
  dataDir,
  apiPort: await freePort(),
  dbPort: await freePort(),
});

async function postmasterPid({ dataDir }: Fixture): Promise<number> {
  const file = path.join(await clusterFolder(dataDir), "postmaster.pid");
  const pid = Number.parseInt(await readFile(file, "utf8"), 10);
  // A signal to 0 would go to this process and its kin.
  expect(pid).toBeGreaterThan(1);
  return pid;
}

/** Its processes outlive it for a moment and may still commit; all of them are gone before another starts. */
async function killPostmaster(): Promise<void> {
  const former = await postmasterPid(fixture);
  process.kill(former, "SIGKILL");
  await expect
    .poll(() => postmasterPid(fixture).catch(() => former), { timeout: 15_000 })
    .not.toBe(former);
}

beforeAll(async () => {
  fixture = await copyFixture();
  await copyCluster(fixture.dataDir);
  stack = await startStack({ ...(await optionsFor(fixture)), log: (line) => log.push(line) });
});
afterAll(async () => {
  await stack?.stop();
  await fixture?.remove();
});

const add = (body: string) =>
  createClient(stack.api_url, stack.secret_key).from("notes").insert({ body });

test("after SIGKILL it runs again within seconds: rows are kept, posts and broadcasts go on", async () => {
  const config = { private: true, broadcast: { replication_ready: true } };
  const heard = await joined(
    listen(createClient(stack.api_url, stack.publishable_key), "room:1", config),
  );
  await until(() => heard.system.length === 1);
  expect((await add("before")).status).toBe(201);
  for (let round = 1; round <= 2; round++) {
    const killedAt = performance.now();
    await killPostmaster();
    const added = async () => (await add(`after ${round}`)).status;
    await expect.poll(added, { interval: 50, timeout: 15_000 }).toBe(201);
    expect(performance.now() - killedAt).toBeLessThan(10_000);
  }
  const ended = log.filter((line) => line.startsWith("Postgres ended with code 137, restarting"));
  expect(ended).toHaveLength(2);
  expect(log.filter((line) => line.startsWith("Postgres is running again"))).toHaveLength(2);
  const bodies = await createClient(stack.api_url, stack.secret_key).from("notes").select("body");
  const expected = ["first", "before", "after 1", "after 2"];
  expect(bodies.data?.map(({ body }) => body)).toEqual(expected);

  await until(() => heard.system.at(-1)?.status === "ok" && heard.system.length > 1);
  const sql = connectSql(stack.db_url, 1);
  onTestFinished(() => sql.end());
  await sql`select realtime.send('{"n": 1}', 'news', 'room:1', true)`;
  await until(() => heard.broadcasts.length === 1);
});

test("a busy process of the killed server is gone before the next server starts", async () => {
  const sql = connectSql(stack.db_url, 2);
  onTestFinished(() => sql.end());
  const [{ pid } = { pid: 0 }] = await sql<{ pid: number }>`select pg_backend_pid() as pid`;
  expect(pid).toBeGreaterThan(1);
  // It waits for nothing, and so does not notice.
  const busy = sql.query("do $$ begin loop perform 1; end loop; end $$").catch(() => {});
  const active = () => sql`select from pg_stat_activity where pid = ${pid} and state = 'active'`;
  await expect.poll(active).toHaveLength(1);
  await killPostmaster();
  await expect
    .poll(async () => (await add("later")).status, { interval: 50, timeout: 20_000 })
    .toBe(201);
  // Empty for a zombie, which may stay where nobody waits for its like.
  expect(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).toBe("");
  await busy;
}, 40_000);

test("one that cannot start again ends the stack with an error, a code and no process left", async () => {
  const other = await copyFixture();
  onTestFinished(other.remove);
  await copyCluster(other.dataDir);
  const child = await runStack(await optionsFor(other));
  let said = "";
  child.stderr?.on("data", (text) => {
    said += text;
  });
  expect(processesWith(other.dataDir)).not.toEqual([]);
  const exit = once(child, "exit");
  const folder = await clusterFolder(other.dataDir);
  await rm(path.join(folder, "global/pg_control"));
  process.kill(await postmasterPid(other), "SIGKILL");
  expect(await exit).toEqual([1, null]);
  expect(said).toContain("Postgres could not be restarted (try 1 of 6)");
  expect(said).toContain(
    "Postgres ended, and 6 attempts to restart it failed: Cannot start Postgres",
  );
  expect(said).toContain("pg_control");
  expect(await processesLeft(other.dataDir)).toEqual([]);
  expect(await processesLeft(other.projectDir)).toEqual([]);
}, 60_000);

test("a stack is stopped at once while its Postgres cannot be started", async () => {
  const other = await copyFixture();
  onTestFinished(other.remove);
  await copyCluster(other.dataDir);
  const lines: string[] = [];
  const running = await startStack({
    ...(await optionsFor(other)),
    log: (line) => lines.push(line),
  });
  await rm(path.join(await clusterFolder(other.dataDir), "global/pg_control"));
  process.kill(await postmasterPid(other), "SIGKILL");
  await until(() => lines.some((line) => line.includes("(try 3 of 6)")));
  const beganAt = performance.now();
  await running.stop();
  expect(performance.now() - beganAt).toBeLessThan(5_000);
  expect(await processesLeft(other.dataDir)).toEqual([]);
});
