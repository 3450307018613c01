/** Kills parts of the stack while an agent sends: no accepted event is lost, and everything recovers by itself. */
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { functionWorkers, postgresProcesses } from "./processes.ts";
import { isWell, patiently, runWithFaults, sleep } from "./run.ts";

// Some wait until Postgres has recovered.
vi.setConfig({ testTimeout: 120_000 });

const { KULTI_FAULT_RUNS: kultiFaultRuns, KULTI_FAULT_DISK: kultiFaultDisk } = process.env;
const isLong = kultiFaultRuns !== undefined;
const hasProcesses = process.platform === "linux" && (await isHere());

/** False where the stack under test runs elsewhere: its processes can't be killed then. */
async function isHere(): Promise<boolean> {
  if ((await postgresProcesses().catch(() => [])).length > 0) return true;
  console.log("Nothing is killed: the processes of this stack are not on this machine.");
  return false;
}

async function survives(kill: () => Promise<number>, stormMs = 3_000): Promise<void> {
  let killed = 0;
  const result = await runWithFaults(1, stormMs, async () => {
    for (const waitMs of [500, 1_200]) {
      await sleep(waitMs);
      killed += await kill();
    }
  });
  expect(killed).toBeGreaterThan(0);
  expect(isWell(result), JSON.stringify(result)).toBe(true);
}

const end = (pids: number[], signal: NodeJS.Signals): number => {
  for (const pid of pids) process.kill(pid, signal);
  return pids.length;
};

test.runIf(hasProcesses)("the functions' processes are killed", () =>
  survives(async () => end(functionWorkers(), "SIGKILL")),
);

test.runIf(hasProcesses)("Realtime loses its replication", () =>
  survives(async () => {
    const senders = (await patiently(postgresProcesses)).filter(({ title }) =>
      /walsender/.test(title),
    );
    return end(
      senders.map(({ pid }) => pid),
      "SIGTERM",
    );
  }),
);

test.runIf(hasProcesses)("a process of Postgres is killed, and Postgres recovers", () =>
  survives(async () => {
    // After the first kill, it may need a while to recover.
    const [, ...children] = await patiently(postgresProcesses);
    const { pid } = children.find(({ title }) => /postgres: .*\d\(\d+\)|idle/.test(title)) ?? {};
    return pid ? end([pid], "SIGKILL") : 0;
  }),
);

test.runIf(kultiFaultDisk)("the disk is full for a while", async () => {
  const ballast = join(kultiFaultDisk as string, "ballast");
  const piece = Buffer.alloc(1_048_576, 1);
  let refusals = 0;
  const result = await runWithFaults(1, 8_000, async () => {
    // Also fill the space that is freed meanwhile.
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
  expect(isWell(result), JSON.stringify(result)).toBe(true);
});

test.runIf(hasProcesses && isLong)("Postgres itself is killed, and is started again", () => {
  let isKilled = false;
  return survives(async () => {
    const [main] = isKilled ? [] : await postgresProcesses();
    isKilled = true;
    return main ? end([main.pid], "SIGKILL") : 0;
  });
});
