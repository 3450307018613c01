/** Parts of the stack are killed while an agent talks: nothing that was accepted is lost, and nothing needs a hand. */
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { function_workers, postgres_processes } from "./processes.ts";
import { is_well, patiently, run_with_faults, sleep } from "./run.ts";

// Some wait until Postgres has recovered.
vi.setConfig({ testTimeout: 120_000 });

const { KULTI_FAULT_RUNS, KULTI_FAULT_DISK } = process.env;
const is_long = KULTI_FAULT_RUNS !== undefined;
const has_processes = process.platform === "linux" && (await is_here());

/** False where the stack under test runs elsewhere: its processes can't be killed then. */
async function is_here(): Promise<boolean> {
  if ((await postgres_processes().catch(() => [])).length > 0) return true;
  console.log("Nothing is killed: the processes of this stack are not on this machine.");
  return false;
}

async function survives(kill: () => Promise<number>, storm_ms = 3_000): Promise<void> {
  let killed = 0;
  const result = await run_with_faults(1, storm_ms, async () => {
    for (const wait_ms of [500, 1_200]) {
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
    const senders = (await patiently(postgres_processes)).filter(({ title }) =>
      /walsender/.test(title),
    );
    return end(
      senders.map(({ pid }) => pid),
      "SIGTERM",
    );
  }),
);

test.runIf(has_processes)("a process of Postgres is killed, and Postgres recovers", () =>
  survives(async () => {
    // After the first kill it may take its time to recover.
    const [, ...children] = await patiently(postgres_processes);
    const { pid } = children.find(({ title }) => /postgres: .*\d\(\d+\)|idle/.test(title)) ?? {};
    return pid ? end([pid], "SIGKILL") : 0;
  }),
);

test.runIf(KULTI_FAULT_DISK)("the disk is full for a while", async () => {
  const ballast = join(KULTI_FAULT_DISK as string, "ballast");
  const piece = Buffer.alloc(1_048_576, 1);
  let refusals = 0;
  const result = await run_with_faults(1, 8_000, async () => {
    // What is freed meanwhile is taken as well.
    for (const end = performance.now() + 6_000; performance.now() < end; await sleep(50)) {
      try {
        for (;;) appendFileSync(ballast, piece);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        refusals++;
      }
    }
    rmSync(ballast);
  });
  expect(refusals).toBeGreaterThan(0);
  expect(is_well(result), JSON.stringify(result)).toBe(true);
});

test.runIf(has_processes && is_long)("Postgres itself is killed, and is started again", () => {
  let is_killed = false;
  return survives(async () => {
    const [main] = is_killed ? [] : await postgres_processes();
    is_killed = true;
    return main ? end([main.pid], "SIGKILL") : 0;
  });
});
