/** Spool files that their process has left behind: finds them, takes them over, and keeps their number bounded. */
import { type Target, targetFolder } from "./folder.ts";
import type { Host } from "./host.ts";
import { readLines, type Unsent } from "./lines.ts";
import { fileName, findOwner, isLeftBehind, parseFileName, released } from "./owner.ts";

/** The folder of one agent keeps at most this; beyond it, the oldest files go. */
export const bounds = { files: 200, bytes: 256 * 1024 * 1024, ageMs: 7 * 24 * 3_600_000 };

export interface Leftover {
  unsent: Unsent;
  /** All is sent. */
  remove(): void;
  /** Not all is sent: another process may try. */
  release(): void;
}

interface Found {
  id: string;
  path: string;
  bytes: number;
  touchedAt: number;
}

/**
 * Takes the oldest file that nobody writes any more; null if there is none. A rename decides between two processes that
 * want it.
 */
export function takeLeftover(host: Host, spoolFolder: string, target: Target): Leftover | null {
  const folder = targetFolder(host, spoolFolder, target);
  for (const found of findLeftovers(host, folder)) {
    const path = host.path.join(folder, fileName(found.id, findOwner(host)));
    try {
      host.fs.renameSync(found.path, path);
    } catch {
      continue;
    }
    const unsent = readFile(host, path, target);
    if (unsent === null || unsent.events.length === 0) {
      host.fs.rmSync(path, { force: true });
      continue;
    }
    return {
      unsent,
      remove: () => host.fs.rmSync(path, { force: true }),
      release: () =>
        host.fs.renameSync(path, host.path.join(folder, fileName(found.id, released(host)))),
    };
  }
  return null;
}

/** Removes all files that nobody writes any more, and makes running processes of the agent drop theirs. */
export function panic(host: Host, spoolFolder: string, target: Target): number {
  const folder = targetFolder(host, spoolFolder, target);
  host.fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  host.fs.writeFileSync(host.path.join(folder, "panic"), "", { mode: 0o600 });
  const found = findLeftovers(host, folder);
  for (const { path } of found) host.fs.rmSync(path, { force: true });
  return found.length;
}

/** Removes what exceeds the bounds, and returns the number of files removed. */
export function pruneLeftovers(host: Host, spoolFolder: string, target: Target): number {
  const found = findLeftovers(host, targetFolder(host, spoolFolder, target));
  let files = found.length;
  let bytes = found.reduce((sum, one) => sum + one.bytes, 0);
  let removed = 0;
  for (const one of found) {
    const isOld = Date.now() - one.touchedAt > bounds.ageMs;
    if (!isOld && files <= bounds.files && bytes <= bounds.bytes) break;
    host.fs.rmSync(one.path, { force: true });
    files--;
    bytes -= one.bytes;
    removed++;
  }
  return removed;
}

/** The oldest first. */
function findLeftovers(host: Host, folder: string): Found[] {
  const { fs, path } = host;
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch {
    return [];
  }
  const now = Date.now();
  const found: Found[] = [];
  for (const name of names) {
    const parsed = parseFileName(name);
    if (parsed === null) continue;
    const file = path.join(folder, name);
    try {
      const { mtimeMs, size } = fs.statSync(file);
      if (isLeftBehind(host, parsed.owner, mtimeMs, now)) {
        found.push({ id: parsed.id, path: file, bytes: size, touchedAt: mtimeMs });
      }
    } catch {
      // Taken by another process meanwhile.
    }
  }
  return found.sort((one, other) => one.touchedAt - other.touchedAt);
}

function readFile({ fs }: Host, path: string, target: Target): Unsent | null {
  try {
    return readLines(fs.readFileSync(path, "utf8"), target);
  } catch {
    return null;
  }
}
