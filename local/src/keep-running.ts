/** Restarts a process that ended unexpectedly, after growing pauses, and gives up when no restart lasts. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HeldProcess } from "./held-process.ts";

export interface KeepRunningOptions {
  /** For the log. */
  name: string;
  /** Resolves when the process is ready, rejects if it fails to start; the signal ends the wait. */
  start(signal: AbortSignal): Promise<HeldProcess>;
  log(line: string): void;
}

export interface KeptRunning {
  /** Resolves when no restart succeeds; otherwise never. */
  failed: Promise<Error>;
  stop(): Promise<void>;
}

const maxTries = 6;
const firstPauseMs = 100;
// A process that runs this long counts as started.
const lastingMs = 60_000;

export function keepRunning(
  first: HeldProcess,
  { name, start, log }: KeepRunningOptions,
): KeptRunning {
  const stopping = new AbortController();
  const { signal } = stopping;
  const failed = Promise.withResolvers<Error>();
  let current = first;
  let tries = 0;

  /** False after the last try, or when the process is being stopped. */
  async function restart(): Promise<boolean> {
    let reason = "it ended again and again";
    while (tries < maxTries) {
      const pauseMs = firstPauseMs * 2 ** tries;
      tries += 1;
      try {
        await sleep(pauseMs, null, { signal });
        current = await start(signal);
        log(`${name} is running again`);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        reason = (error as Error).message;
        log(`${name} could not be restarted (try ${tries} of ${maxTries}): ${reason}`);
      }
    }
    failed.resolve(
      new Error(`${name} ended, and ${maxTries} attempts to restart it failed: ${reason}`),
    );
    return false;
  }

  async function keep(): Promise<void> {
    do {
      const startedAt = performance.now();
      const code = await current.exited;
      if (signal.aborted) return;
      if (performance.now() - startedAt > lastingMs) tries = 0;
      log(`${name} ended with code ${code}, restarting it`);
    } while (await restart());
  }

  const keeping = keep();
  return {
    failed: failed.promise,
    async stop() {
      stopping.abort();
      await current.stop();
      await keeping;
      // It started while we were stopping.
      await current.stop();
    },
  };
}
