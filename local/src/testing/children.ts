/** Processes whose command line contains a text; zombies have none. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export function processesWith(text: string): number[] {
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

/** Waits until no process has the text; returns those that are left after `limitMs`. */
export async function processesLeft(text: string, limitMs = 10_000): Promise<number[]> {
  for (let waited = 0; waited < limitMs && processesWith(text).length > 0; waited += 50) {
    await sleep(50);
  }
  return processesWith(text);
}
