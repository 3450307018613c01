/**
 * For vitest, before each file: fails a file that leaves something to the next one in the same worker. Modules are not
 * loaded anew for a file (`isolate: false`).
 */
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, vi } from "vitest";

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "beforeExit", "exit", "uncaughtException"];

const shared = () => ({
  "process.env": { ...process.env },
  "process.cwd()": process.cwd(),
  "process.exitCode": process.exitCode,
  "listeners of process": signals.map((name) => process.listenerCount(name)),
  "names of globalThis": Object.getOwnPropertyNames(globalThis).sort(),
  "fetch, console.error and Date": [globalThis.fetch, console.error, console.log, Date, setTimeout],
  "fake timers": vi.isFakeTimers(),
});

let before: ReturnType<typeof shared>;
beforeAll(() => {
  before = shared();
});
afterAll(() => {
  const after = shared();
  for (const [name, value] of Object.entries(before)) {
    const now = after[name as keyof typeof after];
    if (!isDeepStrictEqual(value, now)) {
      throw new Error(
        `Cannot go on to the next file: this one has changed ${name} and not put it back.`,
      );
    }
  }
});
