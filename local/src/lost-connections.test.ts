/** Every connection of the stack to its database is ended again and again while all of them are in use. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "./ports.ts";
import { joined, listen, until } from "./realtime/test-project.ts";
import { type Stack, startStack } from "./stack.ts";
import { copyCluster } from "./testing/cluster.ts";
import { copyFixture, type Fixture } from "./testing/fixture.ts";
import { connectSql, type Sql } from "./testing/sql.ts";

let fixture: Fixture;
let stack: Stack;
/** Superuser, on a connection that is spared. */
let admin: Sql;

beforeAll(async () => {
  fixture = await copyFixture();
  await copyCluster(fixture.dataDir);
  stack = await startStack({
    projectDir: fixture.projectDir,
    dataDir: fixture.dataDir,
    apiPort: await freePort(),
    dbPort: await freePort(),
    limits: { joinErrorDelayMs: 10 },
  });
  admin = connectSql(stack.db_url.replace("postgres:", "supabase_admin:"), 4);
  await admin`
    create function public.nap(seconds float8) returns float8 language sql as
    'select seconds from pg_sleep(seconds)'`;
  await admin`notify pgrst`;
});
afterAll(async () => {
  await admin?.end();
  await stack?.stop();
  await fixture?.remove();
});

const names = [
  "data-api",
  "data-api schema cache",
  "realtime_connect",
  "realtime_replication_connection",
];

const connect = (): SupabaseClient =>
  createClient(stack.api_url, stack.secret_key, { auth: { persistSession: false } });

/** The names of those that were ended, when they are gone. */
async function endConnections(): Promise<string[]> {
  const ended = await admin<{ pid: number; name: string }>`
    select pid, application_name as name, pg_terminate_backend(pid) from pg_stat_activity
    where application_name = any(${names})`;
  const pids = ended.map(({ pid }) => pid);
  const left = () => admin`select from pg_stat_activity where pid = any(${pids})`;
  await expect.poll(left, { interval: 10, timeout: 10_000 }).toHaveLength(0);
  return ended.map(({ name }) => name);
}

test("connections that end while in use are replaced, and callers see no error but 503", async () => {
  // Vitest fails a run in which an error was not caught.
  let over = false;
  onTestFinished(() => {
    over = true;
  });
  const statuses = new Set<number>();
  const refusals = new Set<string>();
  const worker = async (work: (client: SupabaseClient) => Promise<void>) => {
    const client = connect();
    while (!over) await work(client);
    await client.removeAllChannels();
  };
  const call = async (client: SupabaseClient) => {
    const replies = await Promise.all([
      client.rpc("whoami"),
      client.from("notes").select("body"),
      client.from("notes").update({ body: "first" }).eq("body", "first").select().single(),
      client.rpc("nap", { seconds: 0.01 }),
    ]);
    for (const { status } of replies) statuses.add(status);
  };
  const findUnknown = async (client: SupabaseClient) => {
    const { status } = await client.rpc("unknown");
    if (status !== 404) statuses.add(status);
  };
  const join = async (client: SupabaseClient) => {
    const config = { private: true, broadcast: { replay: { since: Date.now() - 1000 } } };
    const heard = listen(client, "room:1", config);
    const status = (await until(() => heard.statuses[0])) ?? "";
    if (status !== "SUBSCRIBED") refusals.add(status);
    await client.removeChannel(heard.channel);
  };
  const broadcast = async () => {
    await admin`select realtime.send('{"n": 0}', 'news', 'room:1')`;
  };
  const workers = [
    ...Array.from({ length: 4 }, () => worker(call)),
    worker(findUnknown),
    ...Array.from({ length: 3 }, () => worker(join)),
    worker(broadcast),
  ];

  const ended = new Set<string>();
  for (let round = 0; round < 20; round++) {
    // At varying moments, and sometimes before the last repair is complete.
    await sleep(round * 15);
    for (const name of await endConnections()) ended.add(name);
  }
  over = true;
  await Promise.all(workers);
  expect([...ended].sort()).toEqual(names);
  expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect([...refusals].filter((text) => !/Unable|Unavailable/.test(text))).toEqual([]);
});

test("afterwards calls, schema changes, joins and broadcasts work", async () => {
  const client = connect();
  const calls = await Promise.all(Array.from({ length: 30 }, () => client.rpc("whoami")));
  expect(new Set(calls.map(({ data }) => data))).toEqual(new Set(["service_role"]));

  const config = { private: true, broadcast: { replication_ready: true } };
  const heard = await joined(listen(client, "room:2", config));
  await until(() => heard.system.length === 1);
  await admin`select realtime.send('{"n": 1}', 'news', 'room:2')`;
  await until(() => heard.broadcasts.length === 1);
  await client.removeAllChannels();

  const listening = () => admin`
    select from pg_stat_activity where application_name = 'data-api schema cache'`;
  await expect.poll(listening).toHaveLength(1);
  await admin`create function public.later() returns int language sql as 'select 1'`;
  expect((await client.rpc("later")).data).toBe(1);
  await admin`drop function public.later()`;
  await admin`create function public.later() returns setof int language sql as 'select 2'`;
  await admin`notify pgrst`;
  await expect.poll(async () => (await client.rpc("later")).data).toEqual([2]);

  const open = await admin<{ name: string; count: number }>`
    select application_name as name, count(*)::int from pg_stat_activity
    where application_name = any(${names}) group by 1 order by 1`;
  const most = [10, 1, 5, 1];
  expect(open.map(({ name }) => name)).toEqual(names);
  for (const [n, { count }] of open.entries()) expect(count).toBeLessThanOrEqual(most[n] ?? 0);
});
