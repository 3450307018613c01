/** Postgres refuses to run as root, so root starts it as somebody else; everybody else starts it as themselves. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

export interface User {
  uid: number;
  gid: number;
}

const nobody: User = { uid: 65534, gid: 65534 };

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * The user that runs the server; undefined means the current one. Root opens a normal user's data as that user
 * along later.
 */
export function serverUser(clusterDir?: string): User | undefined {
  if (!isRoot()) return undefined;
  const owner =
    clusterDir === undefined ? undefined : statSync(clusterDir, { throwIfNoEntry: false });
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : nobody;
}

/** Whether the server's user can get into a folder; one private parent (a 0700 home) is enough to keep it out. */
export function canEnter(folder: string, user: User | undefined): boolean {
  return spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", folder], { cwd: "/", ...user }).status === 0;
}
