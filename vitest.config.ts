import { defineConfig } from "vitest/config";

// One project per workspace, so that each suite can be run alone: `npx vitest run --project sdk`.
const unit = (name: string, root: string) => ({
  test: {
    name,
    root,
    include: ["**/*.test.{ts,tsx}"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // A slow machine is no failure.
    testTimeout: 30_000,
  },
});

export default defineConfig({
  test: {
    projects: [
      unit("protocol", "supabase/functions/_shared/protocol"),
      unit("sdk", "sdk"),
      unit("site", "site"),
      unit("scripts", "scripts"),
      {
        test: {
          name: "local",
          root: "local",
          include: ["**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          root: "e2e",
          globalSetup: ["../scripts/e2e-setup.ts"],
          include: ["**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
