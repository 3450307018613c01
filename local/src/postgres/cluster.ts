/** The data directory: its place, its creation, and the cleanup after a crash. */
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
import { lockData } from "../data-lock.ts";
import { isPostgresOf, orphansOf } from "./process-table.ts";
import { canEnter, serverUser, type User } from "./user.ts";

const majorVersion = "17";

/**
 * Below `dataDir`, except when root starts a server whose user cannot get in there: then below /var/tmp, and
 * `dataDir` keeps a file that says where.
 */
export async function clusterFolder(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const moved = path.join(dataDir, "postgres-at");
  if (existsSync(moved)) return (await readFile(moved, "utf8")).trim();
  const inside = path.join(dataDir, "postgres");
  if (existsSync(inside) || (await openWay(dataDir))) return inside;
  const outside = `/var/tmp/kulti-data-${randomBytes(8).toString("hex")}/postgres`;
  await mkdir(path.dirname(outside), { mode: 0o711 });
  await writeFile(moved, `${outside}\n`);
  return outside;
}

/** Whether the server's user can get into `dataDir`, which is ours and is opened for passing through if need be. */
async function openWay(dataDir: string): Promise<boolean> {
  const user = serverUser();
  if (canEnter(dataDir, user)) return true;
  const { mode, uid } = await stat(dataDir);
  if (uid !== process.getuid?.()) return false;
  await chmod(dataDir, mode | 0o011);
  if (canEnter(dataDir, user)) return true;
  await chmod(dataDir, mode);
  return false;
}

/** Creates the cluster if there is none, all or nothing: under another name first, then renamed. */
export async function initCluster(folder: string, initdb: string, password: string): Promise<void> {
  if (existsSync(folder)) return checkVersion(folder);
  const user = serverUser(folder);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  const passwordFile = `${folder}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) {
    await chown(fresh, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  try {
    await runInitdb(initdb, fresh, passwordFile, user);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, folder);
}

async function runInitdb(initdb: string, folder: string, passwordFile: string, user?: User) {
  // Locale as on Supabase: ICU for sorting, C.UTF-8 for character classes (which macOS calls otherwise).
  const ctype = process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  const args = [
    `--pgdata=${folder}`,
    "--username=supabase_admin",
    `--pwfile=${passwordFile}`,
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
    throw new Error(`Cannot create the database: initdb failed. ${stderr ?? String(error)}`);
  }
}

async function checkVersion(folder: string): Promise<void> {
  const found = (await readFile(path.join(folder, "PG_VERSION"), "utf8")).trim();
  if (found === majorVersion) return;
  throw new Error(
    `Cannot start Postgres: ${folder} was created by Postgres ${found}, this is ${majorVersion}. Export the data with the old version or remove the folder.`,
  );
}

/**
 * Called with the data directory locked, so a server found here has lost its parent and is about to end.
 * A postmaster.pid that names no such server (dead, a zombie, a process that got the same number) is removed:
 * Postgres itself only asks whether the number is in use.
 */
export async function clearStaleServer(folder: string): Promise<void> {
  const pidFile = path.join(folder, "postmaster.pid");
  const pid = await postmasterPid(pidFile);
  if (pid === undefined) return;
  for (let waited = 0; isPostgresOf(pid, folder); waited += 50) {
    if (waited === 0) process.kill(pid, "SIGINT");
    if (waited === 10_000) process.kill(pid, "SIGQUIT");
    if (waited > 20_000) {
      throw new Error(
        `Cannot start Postgres: process ${pid} still uses ${folder} and does not end.`,
      );
    }
    await sleep(50);
  }
  await endOrphans(folder);
  if ((await postmasterPid(pidFile)) === pid) await rm(pidFile, { force: true });
}

/** Most end at once; one in the middle of a long query gets a signal. */
async function endOrphans(folder: string): Promise<void> {
  const place = await realpath(folder).catch(() => folder);
  for (let waited = 0; ; waited += 50) {
    const orphans = orphansOf(place);
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
        // It has ended in the meantime.
      }
    }
    await sleep(50);
  }
}

async function postmasterPid(pidFile: string): Promise<number | undefined> {
  const text = await readFile(pidFile, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (text !== "" && !Number.isSafeInteger(pid)) await rm(pidFile, { force: true });
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** Removes all data of a stack, wherever it is. Rejects while a stack uses it. */
export async function removeData(dataDir: string): Promise<void> {
  const unlock = await lockData(dataDir);
  const moved = await readFile(path.join(dataDir, "postgres-at"), "utf8").catch(() => undefined);
  if (moved) await rm(path.dirname(moved.trim()), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
  await unlock();
}
