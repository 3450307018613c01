/** For tests: a real Postgres, this Realtime, the gateway before it, and stock clients. Nothing is left behind. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  createClient,
  type RealtimeChannel,
  type RealtimeChannelOptions,
  type RealtimeClientOptions,
  type SupabaseClient,
} from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { afterAll } from "vitest";
import { startGateway } from "../gateway/index.ts";
import { type Keys, keysOf, randomSecrets } from "../keys.ts";
import { freePort } from "../ports.ts";
import { removeData, startPostgres } from "../postgres/index.ts";
import { copyCluster } from "../testing/cluster.ts";
import { connectSql, type Sql } from "../testing/sql.ts";
import { createRealtime, type RealtimeLimits } from "./index.ts";

export interface TestProject {
  /** Superuser. */
  sql: Sql;
  db_url: string;
  keys: Keys;
  start(limits?: Partial<RealtimeLimits>): Promise<TestServer>;
  stop(): Promise<void>;
}

export interface TestServer {
  url: string;
  log: string[];
  client(options?: RealtimeClientOptions, key?: string): SupabaseClient;
  close(): Promise<void>;
}

/** Short delays, so that refusals don't slow the tests; everything else as by default. */
const quick = { joinErrorDelayMs: 50, connectErrorDelayMs: 50 };

export async function startProject(): Promise<TestProject> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "realtime-test-"));
  await copyCluster(dataDir);
  const database = await startPostgres({ dataDir, port: await freePort() });
  const keys = await keysOf(randomSecrets());
  const sql = connectSql(database.adminUrl, 4);
  return {
    sql,
    db_url: database.adminUrl,
    keys,
    start: (limits) => startServer(database.adminUrl, keys, { ...quick, ...limits }),
    async stop() {
      await sql.end();
      await database.stop();
      await removeData(dataDir);
    },
  };
}

/** A project with one server and topics that anyone may read, for all tests of a file. */
export async function runningProject(): Promise<{ project: TestProject; server: TestServer }> {
  const project = await startProject();
  let server: TestServer | undefined;
  afterAll(async () => {
    await server?.close();
    await project.stop();
  });
  await allowReading(project.sql);
  server = await project.start();
  return { project, server };
}

async function startServer(
  dbUrl: string,
  keys: Keys,
  limits: Partial<RealtimeLimits>,
): Promise<TestServer> {
  const log: string[] = [];
  const { jwt_secret: jwtSecret } = keys;
  const realtime = await createRealtime({
    db_url: dbUrl,
    jwt_secret: jwtSecret,
    limits,
    log: (line) => log.push(line),
  });
  const nothing = { fetch: async () => new Response(null, { status: 404 }), close: async () => {} };
  const services = { rest: nothing, functions: nothing, realtime };
  const gateway = await startGateway({ port: await freePort(), keys, services });
  const clients: SupabaseClient[] = [];
  return {
    url: gateway.url,
    log,
    client(options = {}, key = keys.publishable_key) {
      const auth = { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false };
      const client = createClient(gateway.url, key, { auth, realtime: options });
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.realtime.disconnect()));
      await realtime.close();
      await gateway.close();
    },
  };
}

/** Lets `anon` and `authenticated` receive broadcasts on topics that begin with `open:`. */
export async function allowReading(sql: Sql): Promise<void> {
  await sql`
    create policy "read open topics" on realtime.messages for select to anon, authenticated
    using (extension = 'broadcast' and (select realtime.topic()) like 'open:%')`;
}

export interface Heard {
  channel: RealtimeChannel;
  /** Every status that subscribe's callback got, with its error's message. */
  statuses: string[];
  broadcasts: { event: string; payload: Record<string, unknown>; meta?: Record<string, unknown> }[];
  system: Record<string, unknown>[];
}

/** A channel that is being joined and keeps everything it hears. */
export function listen(
  client: SupabaseClient,
  topic: string,
  config: RealtimeChannelOptions["config"] = {},
): Heard {
  const channel = client.channel(topic, { config });
  const heard: Heard = { channel, statuses: [], broadcasts: [], system: [] };
  channel
    .on("broadcast", { event: "*" }, (message) => heard.broadcasts.push(message as never))
    .on("system", {}, (message) => heard.system.push(message))
    .subscribe((status, error) => {
      heard.statuses.push(error ? `${status} ${error.message}` : status);
    });
  return heard;
}

/** A JWT of the project, valid for an hour unless told otherwise. */
export function sign(keys: Keys, claims: Record<string, unknown>, seconds = 3600): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  return new SignJWT({ role: "authenticated", exp, ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(keys.jwt_secret));
}

/** Waits until `check` returns a truthy value; the failure names the condition. */
export async function until<T>(
  check: () => T,
  what = String(check),
  timeoutMs = 10_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function joined(heard: Heard): Promise<Heard> {
  await until(() => heard.statuses.includes("SUBSCRIBED"), `joining ${heard.channel.topic}`);
  return heard;
}

export const wsUrl = (server: TestServer, apikey: string, vsn = "2.0.0"): string =>
  `${server.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${apikey}&vsn=${vsn}`;
