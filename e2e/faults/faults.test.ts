/**
 * Whatever breaks on the way, nothing that was accepted is lost, and nothing needs a hand afterwards. A few seeds here;
 * `npm run e2e -- --faults` tries many and prints a table. KULTI_FAULT_SEED repeats one.
 */
import { describe, expect, test } from "vitest";
import { table_of } from "./report.ts";
import { is_well, type RunResult, run_with_faults } from "./run.ts";

const { KULTI_FAULT_RUNS, KULTI_FAULT_SEED } = process.env;
const is_long = KULTI_FAULT_RUNS !== undefined;
const count = Number(KULTI_FAULT_RUNS ?? 6);
const first_seed = Number(KULTI_FAULT_SEED ?? 1);
const seeds = Array.from({ length: KULTI_FAULT_SEED ? 1 : count }, (_, n) => first_seed + n);
const storm_ms = is_long ? 12_000 : 5_000;
const at_once = 3;

describe("a storm of faults between an agent, a viewer and the stack", () => {
  const results: RunResult[] = [];

  test(
    `seeds ${seeds[0]} to ${seeds.at(-1)}: each accepted event once and in order, and every viewer has exactly the table`,
    async () => {
      const left = [...seeds];
      const work = async () => {
        for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
          results.push(await run_with_faults(seed, storm_ms));
        }
      };
      await Promise.all(Array.from({ length: at_once }, work));
      results.sort((one, other) => one.seed - other.seed);
      if (is_long) console.log(table_of(results));
      const wrong = results.filter((result) => !is_well(result));
      expect(wrong, `repeat with KULTI_FAULT_SEED=${wrong[0]?.seed}`).toEqual([]);
      expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(seeds.length * 100);
    },
    60_000 + (seeds.length / at_once) * 40_000,
  );
});
