import { expect, test } from "vitest";
import { maintainPartitions } from "./partitions.ts";
import { type Heard, joined, listen, runningProject, startProject, until } from "./test-project.ts";

const { project, server } = await runningProject();

const isPrivate = { private: true };
const send = (topic: string, payload: object) =>
  project.sql`select realtime.send(${JSON.stringify(payload)}::text::jsonb, 'news', ${topic}, true)`;
const numbers = (heard: Heard) => heard.broadcasts.map(({ payload }) => payload.n);

test("replication_ready sends a system message", async () => {
  const config = { private: true, broadcast: { replication_ready: true } };
  const heard = await joined(listen(server.client(), "open:ready", config));
  await until(() => heard.system.length === 1);
  expect(heard.system[0]).toEqual({
    extension: "system",
    status: "ok",
    message: "Replication connection established",
    channel: "open:ready",
  });
});

test("rolled-back messages are never sent, committed ones arrive in commit order", async () => {
  const heard = await joined(listen(server.client(), "open:order", isPrivate));
  await project.sql.query(`
    begin;
    select realtime.send('{"n": 1}', 'news', 'open:order', true);
    rollback`);
  await project.sql`
    select realtime.send(jsonb_build_object('n', n), 'news', 'open:order', true)
    from generate_series(2, 100) n`;
  await until(() => heard.broadcasts.length === 99);
  expect(numbers(heard)).toEqual(Array.from({ length: 99 }, (_, n) => n + 2));
});

test("500 channels on 50 sockets receive every message in order", async () => {
  const all: Heard[] = [];
  for (let socket = 0; socket < 50; socket++) {
    const client = server.client();
    for (let n = 0; n < 10; n++) all.push(listen(client, `open:fan:${n}`, isPrivate));
  }
  await Promise.all(all.map(joined));
  await project.sql`
    select realtime.send(jsonb_build_object('n', n), 'news', 'open:fan:' || topic, true)
    from generate_series(1, 5) n, generate_series(0, 9) topic order by n, topic`;
  await until(() => all.every((heard) => heard.broadcasts.length === 5));
  for (const heard of all) expect(numbers(heard)).toEqual([1, 2, 3, 4, 5]);
});

test("a payload of a megabyte arrives whole", async () => {
  const heard = await joined(listen(server.client(), "open:large", isPrivate));
  const text = "é".repeat(500_000);
  await send("open:large", { text });
  await until(() => heard.broadcasts.length === 1);
  expect(heard.broadcasts[0]?.payload.text).toBe(text);
});

test("the replication connection is restored after it was cut", async () => {
  const heard = await joined(listen(server.client(), "open:cut", isPrivate));
  await send("open:cut", { n: 1 });
  await until(() => heard.broadcasts.length === 1);
  const cut = await project.sql`
    select pg_terminate_backend(active_pid) from pg_replication_slots where active_pid is not null`;
  expect(cut).toHaveLength(1);
  await until(() => server.log.some((line) => line.includes("connection lost")));
  const ready = { private: true, broadcast: { replication_ready: true } };
  const other = await joined(listen(server.client(), "open:again", ready));
  await until(() => other.system.length === 1);
  await send("open:cut", { n: 2 });
  await until(() => heard.broadcasts.length === 2);
  expect(numbers(heard)).toEqual([1, 2]);
  const slots = await project.sql`select 1 from pg_replication_slots`;
  expect(slots).toHaveLength(1);
});

/** The process that sends the log, by its number. */
const walsender = async (): Promise<number> => {
  const rows = await project.sql<{ pid: number }>`
    select active_pid as pid from pg_replication_slots where active_pid is not null`;
  return rows[0]?.pid ?? 0;
};

/** Listens on a topic, breaks the replication, and expects later messages. */
async function heals(
  topic: string,
  breakIt: () => Promise<unknown>,
  reason: RegExp,
): Promise<Heard> {
  const config = { private: true, broadcast: { replication_ready: true } };
  const heard = await joined(listen(server.client(), topic, config));
  await until(() => heard.system.length === 1);
  await send(topic, { n: 1 });
  await until(() => heard.broadcasts.length === 1);
  const before = server.log.length;
  const former = await walsender();
  await breakIt();
  const said = () => server.log.slice(before);
  await until(() => said().some((line) => reason.test(line)), String(reason));
  await until(() => said().includes("Replication connection is back"));
  expect(await walsender()).not.toBe(former);
  // Viewers learn that they may have missed something.
  await until(() => heard.system.length === 3);
  expect(heard.system.map(({ status }) => status)).toEqual(["ok", "error", "ok"]);
  await send(topic, { n: 2 });
  await until(() => numbers(heard).at(-1) === 2);
  return heard;
}

test("replication goes on after its process was ended", () =>
  heals(
    "open:heal:ended",
    async () => project.sql`select pg_terminate_backend(${await walsender()})`,
    /lost, reconnecting: terminating connection due to administrator command/,
  ));

test("replication goes on after an error that leaves its connection open", () =>
  heals(
    "open:heal:error",
    async () => {
      await project.sql`drop publication supabase_realtime_messages_publication`;
      // Postgres looks for it when there is something to send.
      await send("open:heal:error", { n: 0 });
    },
    /lost, reconnecting: publication "supabase_realtime_messages_publication" does not exist/,
  ));

test("replication goes on after its slot was lost", () =>
  heals(
    "open:heal:slot",
    async () => {
      const slots = await project.sql<{ name: string }>`
        select slot_name as name from pg_replication_slots`;
      const pid = await walsender();
      await project.sql`select pg_terminate_backend(${pid}, 5000)`;
      for (const { name } of slots) {
        await project.sql`
          select pg_drop_replication_slot(slot_name) from pg_replication_slots
          where slot_name = ${name}`;
      }
    },
    /lost, reconnecting: /,
  ));

test("replication goes on after its process has hung", async () => {
  const quick = await project.start({ replicationSilenceMs: 400 });
  const others = await project.sql<{ pid: number }>`
    select active_pid as pid from pg_replication_slots where active_pid <> ${await walsender()}`;
  const pid = others[0]?.pid ?? 0;
  // A signal to 0 would go to this process and its kin.
  expect(pid).toBeGreaterThan(0);
  const idle = await project.start({ replicationSilenceMs: 200 });
  const config = { private: true, broadcast: { replication_ready: true } };
  const heard = await joined(listen(quick.client(), "open:hung", config));
  await until(() => heard.system.length === 1);
  process.kill(pid, "SIGSTOP");
  try {
    await until(() => quick.log.some((line) => line.includes("was silent for 800 ms")));
    await until(() => heard.system.length === 3);
    await send("open:hung", { n: 1 });
    await until(() => heard.broadcasts.length === 1);
  } finally {
    process.kill(pid, "SIGCONT");
    await quick.close();
    await idle.close();
  }
  // The next test fills all slots.
  await expect.poll(() => project.sql`select from pg_replication_slots`).toHaveLength(1);
  // One that is only idle, for longer than it may be silent, is left alone: it answers when it is asked.
  expect(idle.log).toEqual([]);
});

test("replication that cannot start is tried again with growing pauses, each failure with its reason", async () => {
  const shared = await walsender();
  const fresh = await project.start();
  const config = { private: true, broadcast: { replication_ready: true } };
  const heard = await joined(listen(fresh.client(), "open:full", config));
  await until(() => heard.system.length === 1);
  let told = 0;
  const failures: number[] = [];
  const seeFailure = async () => {
    const failed = () =>
      fresh.log.filter((line) => line.includes("established: all replication slots are in use"));
    await until(() => failed().length > failures.length);
    failures.push(performance.now());
  };
  try {
    // All slots but the shared server's; the last one is taken in place of the one that this ends.
    await project.sql`
      select pg_create_logical_replication_slot('taken_' || n, 'pgoutput') from generate_series(1, 8) n`;
    // Fails if the reader that is ended here is back first.
    const takeLast = () => project.sql`
      select pg_terminate_backend(active_pid, 5000),
        pg_create_logical_replication_slot('taken_9', 'pgoutput')
      from pg_replication_slots where active_pid <> ${shared}`;
    while ((await takeLast().catch(() => [])).length === 0);
    for (let n = 0; n < 5; n++) await seeFailure();
    told = heard.system.length;
  } finally {
    await project.sql`
      select pg_drop_replication_slot(slot_name) from pg_replication_slots
      where slot_name like 'taken%'`;
  }
  // Each pause is twice the one before, by chance half as long or half as long again.
  const [first = 0, second = 0, , fourth = 0, fifth = 0] = failures;
  expect(fifth - fourth).toBeGreaterThan(second - first);
  await until(() => heard.system.length > told);
  await send("open:full", { n: 1 });
  await until(() => heard.broadcasts.length === 1);
  await fresh.close();
});

test("joins work again after the pool's connections were cut", async () => {
  await project.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'realtime_connect'`;
  await joined(listen(server.client(), "open:pool", isPrivate));
});

test("messages of a partition created later are sent too", async () => {
  await project.sql`
    create table realtime.messages_2001_01_01 partition of realtime.messages
    for values from ('2001-01-01') to ('2001-01-02')`;
  const heard = await joined(listen(server.client(), "open:old", isPrivate));
  await project.sql`
    insert into realtime.messages (topic, extension, event, private, payload, inserted_at)
    values ('open:old', 'broadcast', 'news', true, '{"n": 1}', '2001-01-01 12:00')`;
  await until(() => heard.broadcasts.length === 1);
  await project.sql`truncate realtime.messages`;
  await send("open:old", { n: 2 });
  await until(() => heard.broadcasts.length === 2);
});

test("partitions cover yesterday to three days ahead, and old ones are dropped", async () => {
  const names = async () => {
    const rows = await project.sql`
      select tablename from pg_tables where schemaname = 'realtime' and tablename like 'messages_2031%'
      order by 1`;
    return rows.map(({ tablename }) => tablename.slice("messages_".length));
  };
  await maintainPartitions(project.sql.query, new Date("2031-03-01T00:00:00Z"));
  expect(await names()).toEqual([
    "2031_02_28",
    "2031_03_01",
    "2031_03_02",
    "2031_03_03",
    "2031_03_04",
  ]);
  await maintainPartitions(project.sql.query, new Date("2031-03-05T23:59:59Z"));
  expect((await names())[0]).toBe("2031_03_02");
  await maintainPartitions(project.sql.query);
  await send("open:partitions", { n: 1 });
});

test("rows that are not broadcasts are skipped with a log line", async () => {
  const heard = await joined(listen(server.client(), "open:odd", isPrivate));
  await project.sql`
    insert into realtime.messages (topic, extension, private) values ('open:odd', 'broadcast', true)`;
  await send("open:odd", { n: 1 });
  await until(() => heard.broadcasts.length === 1);
  expect(server.log).toContain("UnableToBroadcastChanges: event_missing");
});

test("a database that shuts down does not wait for its reader", async () => {
  const other = await startProject();
  const running = await other.start();
  const startedAt = performance.now();
  await other.stop();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await running.close();
});
