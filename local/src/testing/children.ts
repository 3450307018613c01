/** Processes that have a text on their command line; zombies have none. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export function processes_with(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** Waits until no process has the text; returns those that are left after `limit_ms`. */
export async function processes_left(text: string, limit_ms = 10_000): Promise<number[]> {
  for (let waited = 0; waited < limit_ms && processes_with(text).length > 0; waited += 50) {
    await sleep(50);
  }
  return processes_with(text);
}
