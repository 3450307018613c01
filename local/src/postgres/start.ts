/** Starts the embedded Postgres with Supabase's roles and schemas; it ends with this process. */
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openConnection } from "../database/connection.ts";
import { type HeldProcess, hold } from "../held-process.ts";
import { keepRunning } from "../keep-running.ts";
import { checkPort, host } from "../ports.ts";
import { maintainPartitions } from "../realtime/partitions.ts";
import { applyBaseline } from "./baseline.ts";
import { stageBinaries } from "./binaries.ts";
import { clearStaleServer, clusterFolder, initCluster } from "./cluster.ts";
import { serverUser, type User } from "./user.ts";

/** The password of every role that may log in, as under `supabase start`. */
const password = "postgres";

export interface PostgresOptions {
  dataDir: string;
  port: number;
  log?: ((line: string) => void) | undefined;
}

export interface EmbeddedPostgres {
  /** Role postgres: not a superuser; owns the objects of migrations. */
  db_url: string;
  /** Role supabase_admin: superuser. */
  adminUrl: string;
  /** Role authenticator: may become anon, authenticated or service_role and nothing else. */
  authenticatorUrl: string;
  /** Resolves when the server has ended unexpectedly and does not restart. */
  failed: Promise<Error>;
  stop(): Promise<void>;
}

/**
 * The caller holds the lock of `dataDir`: two servers on one data directory destroy it. A server that ends unexpectedly
 * restarts on the same port.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, port, log = () => {} } = options;
  const folder = await clusterFolder(dataDir);
  const user = serverUser(folder);
  const binaries = await stageBinaries(user);
  await clearStaleServer(folder);
  await checkPort(port, "Postgres", "dbPort");
  await initCluster(folder, binaries.initdb, password);
  const logFile = path.join(dataDir, "postgres.log");
  const run = (flag: "w" | "a", signal?: AbortSignal) =>
    runServer({ binary: binaries.postgres, folder, port, user, logFile, flag, signal });
  const first = await run("w");
  const url = (role: string) => `postgresql://${role}:${password}@${host}:${port}/postgres`;
  try {
    await prepare(url("supabase_admin"));
  } catch (error) {
    await first.stop();
    throw error;
  }
  const kept = keepRunning(first, {
    name: "Postgres",
    async start(signal) {
      await clearStaleServer(folder);
      return run("a", signal);
    },
    log: (line) => log(`${line} (see ${logFile})`),
  });
  return {
    db_url: url("postgres"),
    adminUrl: url("supabase_admin"),
    authenticatorUrl: url("authenticator"),
    ...kept,
  };
}

interface ServerOptions {
  binary: string;
  folder: string;
  port: number;
  user: User | undefined;
  logFile: string;
  flag: "w" | "a";
  signal: AbortSignal | undefined;
}

async function runServer(options: ServerOptions): Promise<HeldProcess> {
  const { binary, folder, port, user, logFile, flag, signal } = options;
  const output = openSync(logFile, flag, 0o600);
  const server = hold(binary, serverArguments(folder, port), {
    cwd: "/",
    env: { PATH: process.env.PATH, TZ: "UTC" },
    signal: "INT",
    user,
    output,
  });
  closeSync(output);
  try {
    await waitUntilReady(server, folder, logFile, signal);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function prepare(adminUrl: string): Promise<void> {
  const { client, close } = await openConnection(adminUrl, { application_name: "baseline" });
  try {
    await applyBaseline(client);
    // Realtime keeps them up; `realtime.send` must also work before it runs.
    await maintainPartitions(async (text) => (await client.query(text)).rows);
  } finally {
    await close();
  }
}

function serverArguments(folder: string, port: number): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: host,
    port,
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    // For Realtime, which reads broadcasts from the WAL.
    wal_level: "logical",
    max_wal_senders: 10,
    max_replication_slots: 10,
    max_slot_wal_keep_size: "1GB",
    max_connections: 100,
    random_page_cost: 1.1,
    password_encryption: "scram-sha-256",
    // Keeps statements out of the log: their values may be secrets.
    log_min_error_statement: "panic",
    log_parameter_max_length_on_error: 0,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", folder, ...flags];
}

const logShown = 2_000;

/** The last line of postmaster.pid has the server's state; connection attempts would only fill its log. */
async function waitUntilReady(
  server: HeldProcess,
  folder: string,
  logFile: string,
  signal: AbortSignal | undefined,
) {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  const pidFile = path.join(folder, "postmaster.pid");
  for (;;) {
    if (ended) {
      const log = await readFile(logFile, "utf8").catch(() => "");
      throw new Error(
        `Cannot start Postgres: it exited immediately. ${log.slice(-logShown).trim()}`,
      );
    }
    const state = await readFile(pidFile, "utf8").catch(() => "");
    if (/^ready\s*$/m.test(state)) return;
    await sleep(10, null, { signal });
  }
}
