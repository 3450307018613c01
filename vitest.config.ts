import { defaultServerConditions } from "vite";
import { defineConfig, type TestUserConfig } from "vitest/config";

/** A slow machine is not a failure, so tests wait generously. */
const expectPatiently = { poll: { timeout: 10_000 } };

const leftovers = `${import.meta.dirname}/scripts/lib/leftovers.ts`;

/** Tests that fail must leave no unsent events for others; those of the spool name a folder of their own. */
const noSpool = { KULTI_SPOOL: "0" };

// One project per workspace, so that each suite can be run alone: `npx vitest run --project sdk`.
const unit = (name: string, root: string) => ({
  ssr: { resolve },
  environments: { __vitest__: { resolve } },
  test: {
    name,
    root,
    setupFiles: leftovers,
    env: noSpool,
    include: ["**/*.test.{ts,tsx}"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 30_000,
    expect: expectPatiently,
  },
});

const e2e = (name: string, more: TestUserConfig) => ({
  ssr: { resolve },
  environments: { __vitest__: { resolve } },
  test: {
    name,
    root: "e2e",
    setupFiles: leftovers,
    env: noSpool,
    globalSetup: ["../scripts/lib/e2e-setup.ts", "browser.ts"],
    include: ["**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: expectPatiently,
    ...more,
  },
});

/** Checks that updates arrive within a second, so it has the cores to itself. */
const inTime = ["stage.test.ts"];
/** Measure the time to recover. `kills` ends parts of the stack that the other tests need. */
const faults = ["faults/*.test.ts"];
const kills = ["faults/kills.test.ts"];
/** Changes settings that apply to every agent. */
const settings = ["settings.test.ts"];

/** The SDK's sources instead of its built files, also in processes that tests start. */
const condition = "--conditions=kulti-source";
if (!process.env.NODE_OPTIONS?.includes(condition)) {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} ${condition}`.trim();
}
const resolve = { conditions: ["kulti-source", ...defaultServerConditions] };

export default defineConfig({
  test: {
    // Tests that wait for processes and sockets leave the cores idle.
    maxWorkers: 4,
    // A worker for each file costs a second of a core. `leftovers` fails a file that leaves state to the next one.
    isolate: false,
    projects: [
      unit("protocol", "supabase/functions/_shared/protocol"),
      unit("recordings", "supabase/functions/_shared/recordings"),
      unit("sdk", "sdk"),
      unit("site", "site"),
      // Its tests of linear work load functions' files too, which name packages as Deno's import map does.
      { ...unit("scripts", "scripts"), resolve: { ...resolve, alias: { "@std": "deno-std" } } },
      {
        ssr: { resolve },
        environments: { __vitest__: { resolve } },
        test: {
          name: "local",
          root: "local",
          setupFiles: leftovers,
          env: noSpool,
          globalSetup: ["src/testing/cluster.ts"],
          include: ["**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: expectPatiently,
        },
      },
      e2e("e2e", {
        exclude: [...inTime, ...faults, ...settings],
        maxWorkers: 2,
        sequence: { groupOrder: 1 },
      }),
      e2e("e2e-in-time", { include: inTime, maxWorkers: 1, sequence: { groupOrder: 2 } }),
      e2e("e2e-faults", {
        include: faults,
        exclude: kills,
        maxWorkers: 2,
        sequence: { groupOrder: 3 },
      }),
      e2e("e2e-kills", { include: kills, maxWorkers: 1, sequence: { groupOrder: 4 } }),
      e2e("e2e-settings", { include: settings, maxWorkers: 1, sequence: { groupOrder: 5 } }),
    ],
  },
});
