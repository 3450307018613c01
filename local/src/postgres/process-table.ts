/** Looks up processes by their ids. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** False for a process that has ended, is a zombie, or is another one that got the same id. */
export function isPostgresOf(pid: number, clusterFolder: string): boolean {
  const command = commandLine(pid);
  return command.some((word) => word.endsWith("postgres")) && command.includes(clusterFolder);
}

/**
 * The processes of a server whose first process was killed: they live until they notice, and may write until then.
 * Only Linux shows a process's working folder; elsewhere Postgres itself refuses to start beside them.
 */
export function orphansOf(clusterFolder: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && workingFolder(name) === clusterFolder)
    .map(Number)
    .filter((pid) => commandLine(pid)[0]?.startsWith("postgres:"));
}

function workingFolder(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string[] {
  if (process.platform === "linux") {
    try {
      // Empty for a zombie.
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    } catch {
      return [];
    }
  }
  const listed = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return listed.stdout.trim().split(/\s+/);
}
