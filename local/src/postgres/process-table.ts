/** What a process number stands for right now. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** False for a process that has ended, is a zombie, or is something else that got the same number. */
export function is_postgres_of(pid: number, cluster_folder: string): boolean {
  const command = command_line(pid);
  return command.some((word) => word.endsWith("postgres")) && command.includes(cluster_folder);
}

function command_line(pid: number): string[] {
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
