import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openConnection } from "../database/connection.ts";
import { freePort, host } from "../ports.ts";
import { copyFixture, type Fixture } from "../testing/fixture.ts";
import { connectSql, type Sql } from "../testing/sql.ts";
import { clearStaleServer, clusterFolder } from "./cluster.ts";
import { type EmbeddedPostgres, startPostgres } from "./index.ts";

let fixture: Fixture;
let server: EmbeddedPostgres;
let port: number;
let sql: Sql;

beforeAll(async () => {
  fixture = await copyFixture();
  port = await freePort();
  server = await startPostgres({ dataDir: fixture.dataDir, port });
  sql = connectSql(server.db_url, 1);
});

afterAll(async () => {
  await sql?.end();
  await server?.stop();
  await fixture?.remove();
});

/** In one transaction as this role. Answers the rows of the last statement. */
async function as(role: string, ...statements: string[]) {
  const { client, close } = await openConnection(server.db_url, { application_name: "test" });
  try {
    await client.query(`begin; set local role ${role}`);
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    await client.query("commit");
    return rows;
  } finally {
    await close();
  }
}

describe("the baseline", () => {
  it("makes postgres an ordinary role, and the API roles as on Supabase", async () => {
    const rows = await sql`
      select rolname, rolsuper, rolbypassrls, rolcanlogin, rolinherit from pg_roles
      where rolname in ('anon', 'authenticator', 'postgres', 'service_role', 'supabase_admin')
      order by rolname collate "C"`;
    expect(rows.map((row) => Object.values(row).join(" "))).toEqual([
      "anon false false false true",
      "authenticator false false true false",
      "postgres false true true true",
      "service_role false true false true",
      "supabase_admin true true true true",
    ]);
  });

  it("grants the API roles what postgres creates in public, and only the real grants on realtime", async () => {
    await sql`create table public.opened (a int)`;
    const [granted] = await sql`
      select
        has_table_privilege('anon', 'public.opened', 'select, insert, update, delete') as opened,
        has_table_privilege('anon', 'realtime.messages', 'select, insert') as messages,
        has_table_privilege('anon', 'realtime.messages', 'delete') as delete_messages`;
    expect(granted).toEqual({ opened: true, messages: true, delete_messages: false });
  });

  it("gives anon 3 s and authenticated 8 s a statement", async () => {
    const rows = await sql`
      select rolname || ' ' || unnest(rolconfig) as setting from pg_roles
      where rolname in ('anon', 'authenticated') order by 1`;
    expect(rows.map((row) => row.setting)).toEqual([
      "anon statement_timeout=3s",
      "authenticated statement_timeout=8s",
    ]);
  });

  it("gives policies the caller's claims", async () => {
    const id = "11111111-2222-3333-4444-555555555555";
    const claims = JSON.stringify({ sub: id, role: "anon", email: "a@example.com" });
    const [row] = await as(
      "anon",
      `select set_config('request.jwt.claims', '${claims}', true)`,
      "select auth.uid() as uid, auth.role() as role, auth.jwt() ->> 'email' as email",
    );
    expect(row).toEqual({ uid: id, role: "anon", email: "a@example.com" });
  });

  it("lets postgres install the trusted extensions and pgTAP", async () => {
    for (const name of ["pg_trgm", "unaccent", "btree_gist", "pgtap"]) {
      await sql.query(`create extension if not exists ${name} with schema extensions`);
    }
  });

  it("sorts text as Supabase does, by ICU", async () => {
    const rows = await sql`select unnest(array['b', 'A', 'a', 'B', 'ä']) as letter order by 1`;
    expect(rows.map((row) => row.letter).join("")).toBe("aAäbB");
  });

  it("is made for durability", async () => {
    const [settings] = await sql`
      select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('wal_level') as wal_level, current_setting('listen_addresses') as listen`;
    expect(settings).toEqual({ fsync: "on", commit: "on", wal_level: "logical", listen: host });
  });
});

describe("realtime.send", () => {
  it("stores a private broadcast in today's partition with an id in its payload", async () => {
    await sql`select realtime.send('{"a": 1}', 'happened', 'topic:1')`;
    const [row] = await sql`
      select id, payload, event, extension, private, tableoid::regclass::text as partition
      from realtime.messages where topic = 'topic:1'`;
    expect(row).toMatchObject({ event: "happened", extension: "broadcast", private: true });
    expect(row?.payload).toEqual({ a: 1, id: row?.id });
    const today = new Date().toISOString().slice(0, 10).replaceAll("-", "_");
    expect(row?.partition).toBe(`realtime.messages_${today}`);
  });

  it("swallows every error as a warning", async () => {
    const notices: string[] = [];
    const { client, close } = await openConnection(server.db_url, { application_name: "test" });
    client.on("notice", ({ severity, message }) => notices.push(`${severity}: ${message}`));
    await client.query("select realtime.send('[1]', 'happened', 'topic:2')");
    await close();
    expect(notices.join()).toMatch(/^WARNING: WarnSendingBroadcastMessage: /);
    expect(await sql`select from realtime.messages where topic = 'topic:2'`).toHaveLength(0);
  });

  it("lets policies, which postgres may write, decide who reads", async () => {
    const read = () =>
      as(
        "anon",
        "select set_config('realtime.topic', 'topic:1', true)",
        "select from realtime.messages where topic = 'topic:1'",
      );
    expect(await read()).toHaveLength(0);
    await sql`
      create policy "topics are open" on realtime.messages for select to anon
      using (extension = 'broadcast' and (select realtime.topic()) like 'topic:%')`;
    expect(await read()).toHaveLength(1);
    await expect(
      as(
        "anon",
        "insert into realtime.messages (topic, extension) values ('topic:1', 'broadcast')",
      ),
    ).rejects.toThrow("row-level security");
  });
});

describe("startPostgres", () => {
  it("keeps the data over a restart", async () => {
    await sql`create table public.kept as select 'still here' as word`;
    await sql.end();
    await server.stop();
    server = await startPostgres({ dataDir: fixture.dataDir, port });
    sql = connectSql(server.db_url, 1);
    const [row] = await sql`select word from public.kept`;
    expect(row?.word).toBe("still here");
  });

  it("names the taken port and the setting to change", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, host, resolve));
    const { port: taken } = other.address() as { port: number };
    await expect(
      startPostgres({ dataDir: path.join(fixture.dataDir, "second"), port: taken }),
    ).rejects.toThrow(
      `port ${taken} on ${host} is in use by another process. Stop that process or choose another port (dbPort).`,
    );
    other.close();
  });
});

describe("clearStaleServer", () => {
  // A number that is in use, but not by a Postgres of this folder: Postgres itself would refuse to start.
  it.each([
    ["a number that stands for something else now", String(process.pid)],
    ["a number that nobody has", "4194303"],
    ["nonsense", "no number"],
  ])("removes a postmaster.pid with %s", async (_name, text) => {
    const folder = await clusterFolder(path.join(fixture.dataDir, "stale"));
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, "postmaster.pid");
    await writeFile(file, `${text}\n${folder}\n`);
    await clearStaleServer(folder);
    expect(existsSync(file)).toBe(false);
  });
});
