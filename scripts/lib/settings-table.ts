/** The table of settings in the docs, made from the migration that holds their defaults. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./process.ts";

export const settingsPage = join(root, "docs/explanation/security.md");
const migration = join(root, "supabase/migrations/20261123000150_settings.sql");
const place = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/;

export interface Setting {
  name: string;
  unit: string;
  value: string;
  description: string;
}

export function readSettings(): Setting[] {
  const rows = readFileSync(migration, "utf8").matchAll(
    /^ {2}\('([a-z_]+)', '([a-z]+)', '([^']+)',\s+'((?:[^']|'')+)'\),?$/gm,
  );
  return [...rows].map(([, name = "", unit = "", value = "", description = ""]) => ({
    name,
    unit,
    value,
    description: description.replaceAll("''", "'"),
  }));
}

export function withSettingsTable(page: string): string {
  const cells = readSettings().map(({ name, unit, value, description }) => [
    `\`${name}\``,
    unit === "header" ? `\`${value}\`` : Number(value).toLocaleString("en-US"),
    unit,
    description,
  ]);
  const table = aligned([["setting", "default", "unit", "what"], ...cells]);
  return page.replace(place, (_, start, end) => `${start}\n${table}\n${end}`);
}

/** Padded as the formatter wants it. */
function aligned(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const [head = [], ...body] = rows;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return line(head) + rule + body.map(line).join("");
}

export function writeSettingsTable(): void {
  writeFileSync(settingsPage, withSettingsTable(readFileSync(settingsPage, "utf8")));
}
