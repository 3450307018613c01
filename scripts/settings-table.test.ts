import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { read_settings, settings_page, with_settings_table } from "./settings-table.ts";

test("with_settings_table finds the docs as `npm run generate` wrote them", () => {
  const page = readFileSync(settings_page, "utf8");
  expect(with_settings_table(page)).toBe(page);
  expect(page).toContain("| `ingest_burst`");
});

test("read_settings reads each row of the migration", () => {
  const names = read_settings().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(new Set(names).size).toBe(names.length);
  expect(read_settings()[0]).toMatchObject({ name: "address_header", value: "x-forwarded-for" });
});
