/** The data directory: where it lies, making it, and what a crash leaves in it. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { lock_data } from "../data-lock.ts";
import { is_postgres_of, orphans_of } from "./process-table.ts";
import { can_enter, server_user, type User } from "./user.ts";

const MAJOR_VERSION = "17";

/**
 * Below `data_dir`, except when root starts a server whose user cannot get in there: then below /var/tmp, and
 * `data_dir` keeps a file that says where.
 */
export async function cluster_folder(data_dir: string): Promise<string> {
  await mkdir(data_dir, { recursive: true });
  const moved = path.join(data_dir, "postgres-at");
  if (existsSync(moved)) return (await readFile(moved, "utf8")).trim();
  const inside = path.join(data_dir, "postgres");
  if (existsSync(inside) || (await open_way(data_dir))) return inside;
  const outside = `/var/tmp/kulti-data-${randomBytes(8).toString("hex")}/postgres`;
  await mkdir(path.dirname(outside), { mode: 0o711 });
  await writeFile(moved, `${outside}\n`);
  return outside;
}

/** Whether the server's user can get into `data_dir`, which is ours and is opened for passing through if need be. */
async function open_way(data_dir: string): Promise<boolean> {
  const user = server_user();
  if (can_enter(data_dir, user)) return true;
  const { mode, uid } = await stat(data_dir);
  if (uid !== process.getuid?.()) return false;
  await chmod(data_dir, mode | 0o011);
  if (can_enter(data_dir, user)) return true;
  await chmod(data_dir, mode);
  return false;
}

/** Makes the cluster if there is none. All or nothing: it is made beside its place and renamed. */
export async function init_cluster(
  folder: string,
  initdb: string,
  password: string,
): Promise<void> {
  if (existsSync(folder)) return check_version(folder);
  const user = server_user(folder);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  const password_file = `${folder}.password`;
  await writeFile(password_file, password, { mode: 0o600 });
  if (user) {
    await chown(fresh, user.uid, user.gid);
    await chown(password_file, user.uid, user.gid);
  }
  try {
    await run_initdb(initdb, fresh, password_file, user);
  } finally {
    await rm(password_file, { force: true });
  }
  await rename(fresh, folder);
}

async function run_initdb(initdb: string, folder: string, password_file: string, user?: User) {
  // Locale as on Supabase: ICU for sorting, C.UTF-8 for character classes (which macOS calls otherwise).
  const ctype = process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  const args = [
    `--pgdata=${folder}`,
    "--username=supabase_admin",
    `--pwfile=${password_file}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    `--lc-ctype=${ctype}`,
    "--locale-provider=icu",
    "--icu-locale=en-US",
  ];
  try {
    await promisify(execFile)(initdb, args, {
      cwd: "/",
      env: { PATH: process.env.PATH, TZ: "UTC" },
      ...user,
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`Cannot make the database: initdb failed. ${stderr ?? String(error)}`);
  }
}

async function check_version(folder: string): Promise<void> {
  const found = (await readFile(path.join(folder, "PG_VERSION"), "utf8")).trim();
  if (found === MAJOR_VERSION) return;
  throw new Error(
    `Cannot start Postgres: ${folder} was made by Postgres ${found}, this is ${MAJOR_VERSION}. Export the data with the old version or remove the folder.`,
  );
}

/**
 * Called with the data directory locked, so a server that is found here has lost its parent and is on its way out.
 * A postmaster.pid that names no such server (dead, a zombie, a process that got the same number) is removed:
 * Postgres itself only asks whether the number is in use.
 */
export async function clear_stale_server(folder: string): Promise<void> {
  const pid_file = path.join(folder, "postmaster.pid");
  const pid = await postmaster_pid(pid_file);
  if (pid === undefined) return;
  for (let waited = 0; is_postgres_of(pid, folder); waited += 50) {
    if (waited === 0) process.kill(pid, "SIGINT");
    if (waited === 10_000) process.kill(pid, "SIGQUIT");
    if (waited > 20_000) {
      throw new Error(
        `Cannot start Postgres: process ${pid} still uses ${folder} and does not end.`,
      );
    }
    await sleep(50);
  }
  await end_orphans(folder);
  if ((await postmaster_pid(pid_file)) === pid) await rm(pid_file, { force: true });
}

/** Most end by themselves at once; one that is in the middle of a long query is told to. */
async function end_orphans(folder: string): Promise<void> {
  const place = await realpath(folder).catch(() => folder);
  for (let waited = 0; ; waited += 50) {
    const orphans = orphans_of(place);
    if (orphans.length === 0) return;
    if (waited > 20_000) {
      throw new Error(
        `Cannot start Postgres: processes ${orphans.join(", ")} still use ${folder} and do not end.`,
      );
    }
    const signal = waited === 1_000 ? "SIGQUIT" : waited === 5_000 ? "SIGKILL" : undefined;
    for (const pid of signal ? orphans : []) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended in between.
      }
    }
    await sleep(50);
  }
}

async function postmaster_pid(pid_file: string): Promise<number | undefined> {
  const text = await readFile(pid_file, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (text !== "" && !Number.isSafeInteger(pid)) await rm(pid_file, { force: true });
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** Removes everything that a stack keeps, wherever it lies. Rejects when one runs on it. */
export async function remove_data(data_dir: string): Promise<void> {
  const unlock = await lock_data(data_dir);
  const moved = await readFile(path.join(data_dir, "postgres-at"), "utf8").catch(() => undefined);
  if (moved) await rm(path.dirname(moved.trim()), { recursive: true, force: true });
  await rm(data_dir, { recursive: true, force: true });
  await unlock();
}
