/** Starts the embedded Postgres with Supabase's roles and schemas in it, and keeps it only as long as we live. */
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { open_connection } from "../database/connection.ts";
import { type HeldProcess, hold } from "../held-process.ts";
import { keep_running } from "../keep-running.ts";
import { check_port, HOST } from "../ports.ts";
import { maintain_partitions } from "../realtime/partitions.ts";
import { apply_baseline } from "./baseline.ts";
import { stage_binaries } from "./binaries.ts";
import { clear_stale_server, cluster_folder, init_cluster } from "./cluster.ts";
import { server_user, type User } from "./user.ts";

/** Of every role that may log in, as under `supabase start`. */
export const PASSWORD = "postgres";

export interface PostgresOptions {
  data_dir: string;
  port: number;
  log?: ((line: string) => void) | undefined;
}

export interface EmbeddedPostgres {
  /** Role postgres: no superuser, owns what migrations make. */
  db_url: string;
  /** Role supabase_admin: superuser. */
  admin_url: string;
  /** Role authenticator: may become anon, authenticated or service_role and nothing else. */
  authenticator_url: string;
  /** Resolves when the server has ended by itself and does not come up again. */
  failed: Promise<Error>;
  stop(): Promise<void>;
}

/**
 * The caller holds the lock of `data_dir`: two servers on one data directory destroy it. A server that ends by itself
 * is started again, on the same port.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { data_dir, port, log = () => {} } = options;
  const folder = await cluster_folder(data_dir);
  const user = server_user(folder);
  const binaries = await stage_binaries(user);
  await clear_stale_server(folder);
  await check_port(port, "Postgres", "db_port");
  await init_cluster(folder, binaries.initdb, PASSWORD);
  const log_file = path.join(data_dir, "postgres.log");
  const run = (flag: "w" | "a", signal?: AbortSignal) =>
    run_server({ binary: binaries.postgres, folder, port, user, log_file, flag, signal });
  const first = await run("w");
  const url = (role: string) => `postgresql://${role}:${PASSWORD}@${HOST}:${port}/postgres`;
  try {
    await prepare(url("supabase_admin"));
  } catch (error) {
    await first.stop();
    throw error;
  }
  const kept = keep_running(first, {
    name: "Postgres",
    async start(signal) {
      await clear_stale_server(folder);
      return run("a", signal);
    },
    log: (line) => log(`${line} (see ${log_file})`),
  });
  return {
    db_url: url("postgres"),
    admin_url: url("supabase_admin"),
    authenticator_url: url("authenticator"),
    ...kept,
  };
}

interface ServerOptions {
  binary: string;
  folder: string;
  port: number;
  user: User | undefined;
  log_file: string;
  flag: "w" | "a";
  signal: AbortSignal | undefined;
}

async function run_server(options: ServerOptions): Promise<HeldProcess> {
  const { binary, folder, port, user, log_file, flag, signal } = options;
  const output = openSync(log_file, flag, 0o600);
  const server = hold(binary, server_arguments(folder, port), {
    cwd: "/",
    env: { PATH: process.env.PATH, TZ: "UTC" },
    signal: "INT",
    user,
    output,
  });
  closeSync(output);
  try {
    await wait_until_ready(server, folder, log_file, signal);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function prepare(admin_url: string): Promise<void> {
  const { client, close } = await open_connection(admin_url, { application_name: "baseline" });
  try {
    await apply_baseline(client);
    // Realtime keeps them up; `realtime.send` must also work before it runs.
    await maintain_partitions(async (text) => (await client.query(text)).rows);
  } finally {
    await close();
  }
}

function server_arguments(folder: string, port: number): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: HOST,
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
    // Statements are kept out of the log: their values may be secrets.
    log_min_error_statement: "panic",
    log_parameter_max_length_on_error: 0,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", folder, ...flags];
}

const LOG_SHOWN = 2_000;

/** The last line of postmaster.pid tells the server's state; asking it by connecting would only fill its log. */
async function wait_until_ready(
  server: HeldProcess,
  folder: string,
  log_file: string,
  signal: AbortSignal | undefined,
) {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  const pid_file = path.join(folder, "postmaster.pid");
  for (;;) {
    if (ended) {
      const log = await readFile(log_file, "utf8").catch(() => "");
      throw new Error(`Cannot start Postgres: it ended at once. ${log.slice(-LOG_SHOWN).trim()}`);
    }
    const state = await readFile(pid_file, "utf8").catch(() => "");
    if (/^ready\s*$/m.test(state)) return;
    await sleep(10, null, { signal });
  }
}
