/** Parts of the stack are killed while an agent talks: nothing that was accepted is lost, and nothing needs a hand. */
import { expect, test } from "vitest";
import { function_workers, postgres_processes } from "./processes.ts";
import { is_well, run_with_faults, sleep } from "./run.ts";

const { KULTI_FAULT_RUNS = "0" } = process.env;
const is_long = Number(KULTI_FAULT_RUNS) > 20;
const has_processes = process.platform === "linux" && (await is_here());

/** False where the stack under test runs elsewhere: its processes can't be killed then. */
async function is_here(): Promise<boolean> {
  return (await postgres_processes().catch(() => [])).length > 0;
}

async function survives(kill: () => Promise<number>, storm_ms = 4_000): Promise<void> {
  let killed = 0;
  const result = await run_with_faults(1, storm_ms, async () => {
    for (const wait_ms of [700, 1_500]) {
      await sleep(wait_ms);
      killed += await kill();
    }
  });
  expect(killed).toBeGreaterThan(0);
  expect(is_well(result), JSON.stringify(result)).toBe(true);
}

const end = (pids: number[], signal: NodeJS.Signals): number => {
  for (const pid of pids) process.kill(pid, signal);
  return pids.length;
};

test.runIf(has_processes)("the functions' processes are killed", () =>
  survives(async () => end(function_workers(), "SIGKILL")),
);

test.runIf(has_processes)("Realtime loses its replication", () =>
  survives(async () => {
    const senders = (await postgres_processes()).filter(({ title }) => /walsender/.test(title));
    return end(
      senders.map(({ pid }) => pid),
      "SIGTERM",
    );
  }),
);

test.runIf(has_processes)("a process of Postgres is killed, and Postgres recovers", () =>
  survives(async () => {
    const [, ...children] = await postgres_processes();
    const { pid } = children.find(({ title }) => /postgres: .*\d\(\d+\)|idle/.test(title)) ?? {};
    return pid ? end([pid], "SIGKILL") : 0;
  }),
);

test.runIf(has_processes && is_long)("Postgres itself is killed, and is started again", () => {
  let is_killed = false;
  return survives(async () => {
    const [main] = is_killed ? [] : await postgres_processes();
    is_killed = true;
    return main ? end([main.pid], "SIGKILL") : 0;
  });
});
