/**
 * Whatever breaks on the way, no accepted event is lost, and everything recovers by itself. This runs a few seeds;
 * `npm run e2e -- --faults` runs many and prints a table. KULTI_FAULT_SEED repeats one.
 */
import { describe, expect, test } from "vitest";
import { tableOf } from "./report.ts";
import { isWell, type RunResult, runWithFaults } from "./run.ts";

const { KULTI_FAULT_RUNS: kultiFaultRuns, KULTI_FAULT_SEED: kultiFaultSeed } = process.env;
const isLong = kultiFaultRuns !== undefined;
const count = Number(kultiFaultRuns ?? 6);
const firstSeed = Number(kultiFaultSeed ?? 1);
const seeds = Array.from({ length: kultiFaultSeed ? 1 : count }, (_, n) => firstSeed + n);
const stormMs = isLong ? 12_000 : 5_000;
const atOnce = 3;

describe("a storm of faults between an agent, a viewer and the stack", () => {
  const results: RunResult[] = [];

  test(
    `seeds ${seeds[0]} to ${seeds.at(-1)}: each accepted event once and in order, and every viewer has exactly the table`,
    async () => {
      const left = [...seeds];
      const work = async () => {
        for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
          results.push(await runWithFaults(seed, stormMs));
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      results.sort((one, other) => one.seed - other.seed);
      if (isLong) console.log(tableOf(results));
      const wrong = results.filter((result) => !isWell(result));
      expect(wrong, `repeat with KULTI_FAULT_SEED=${wrong[0]?.seed}`).toEqual([]);
      expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(seeds.length * 100);
    },
    60_000 + (seeds.length / atOnce) * 40_000,
  );
});
