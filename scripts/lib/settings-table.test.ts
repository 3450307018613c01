import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSettings, settingsPage, withSettingsTable } from "./settings-table.ts";

test("withSettingsTable finds the docs as `npm run generate` wrote them", () => {
  const page = readFileSync(settingsPage, "utf8");
  expect(withSettingsTable(page)).toBe(page);
  expect(page).toContain("| `ingest_burst`");
});

test("readSettings reads each row of the migration", () => {
  const names = readSettings().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(new Set(names).size).toBe(names.length);
  expect(readSettings()[0]).toMatchObject({ name: "address_header", value: "x-forwarded-for" });
});
