/**
 * Whose a spool file is. Its name says it, so that a rename takes it over in one step:
 * `<uuid>~<host>~<pid>~<start of the process>.ndjson`. A pid of 0 means nobody.
 */
import type { Host } from "./host.ts";

export interface Owner {
  /** First 8 hex digits of the SHA-256 of host name and boot id. */
  host: string;
  pid: number;
  /** Clock ticks from boot to the start of the process (proc(5), field 22); 0 where it is unknown. */
  startedAt: number;
}

/** A file whose owner can't be checked counts as left behind when it was not touched for this long. */
export const silentMs = 120_000;

export const fileName = (id: string, { host, pid, startedAt }: Owner): string =>
  `${id}~${host}~${pid}~${startedAt}.ndjson`;

const namePattern = /^([0-9a-f-]{36})~([0-9a-f]{8})~([0-9]{1,10})~([0-9]{1,20})\.ndjson$/;

export function parseFileName(name: string): { id: string; owner: Owner } | null {
  const [, id, host, pid, startedAt] = namePattern.exec(name) ?? [];
  if (id === undefined || host === undefined) return null;
  return { id, owner: { host, pid: Number(pid), startedAt: Number(startedAt) } };
}

/** This process. */
export function findOwner(host: Host): Owner {
  return { host: hostHash(host), pid: host.pid, startedAt: processStart(host, host.pid) };
}

/** Nobody: the next process may take the file at once. */
export const released = (host: Host): Owner => ({ host: hostHash(host), pid: 0, startedAt: 0 });

/** Whether nobody writes this file any more. `touchedAt`: when it last changed, ms since 1970. */
export function isLeftBehind(host: Host, owner: Owner, touchedAt: number, now: number): boolean {
  if (owner.pid === 0) return true;
  const isSilent = now - touchedAt > silentMs;
  if (owner.host !== hostHash(host)) return isSilent;
  if (!isRunning(owner.pid)) return true;
  const startedAt = processStart(host, owner.pid);
  // Where the start is unknown, another process may have the number.
  if (startedAt === 0 || owner.startedAt === 0) return isSilent;
  return startedAt !== owner.startedAt;
}

function hostHash({ fs, os, crypto }: Host): string {
  let bootId = "";
  try {
    bootId = `\n${fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}`;
  } catch {
    // Only Linux has one.
  }
  return crypto
    .createHash("sha256")
    .update(os.hostname() + bootId)
    .digest("hex")
    .slice(0, 8);
}

function processStart({ fs }: Host, pid: number): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the name in brackets, may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[19]) || 0;
  } catch {
    return 0;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs for another user.
    return (error as { code?: string }).code === "EPERM";
  }
}
