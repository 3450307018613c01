/** E2e tests use public interfaces: they may read private tables to find a cause, and must not set scenes in them. */
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./process.ts";

const writesPrivately = /\b(update|delete\s+from|insert\s+into|truncate)\s+private\./gi;

test("e2e tests write no private table", () => {
  const files = globSync("e2e/**/*.ts", { cwd: root });
  expect(files.length).toBeGreaterThan(40);
  const found = files.flatMap((file) =>
    Array.from(readFileSync(`${root}/${file}`, "utf8").matchAll(writesPrivately), () => file),
  );
  // A day must pass before the same rows are missing again, and two connections must meet there, which pgTAP can't do.
  expect(found.filter((file) => file !== "e2e/append.test.ts")).toEqual([]);
});
