import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./process.ts";

interface Migration {
  name: string;
  /** The comment at its top. */
  header: string;
  sql: string;
}

const folder = join(root, "supabase", "migrations");
const migrations: Migration[] = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .map((name) => {
    const sql = readFileSync(join(folder, name), "utf8");
    return { name, header: /^(?:--[^\n]*\n)*/.exec(sql)?.[0] ?? "", sql };
  });

const found = (pattern: RegExp) =>
  migrations.flatMap(({ name, sql }) =>
    [...sql.matchAll(pattern)].map(([, first = "", second = ""]) => ({ name, first, second })),
  );

const tables = found(/^create (?:unlogged )?table ([\w.]+)/gm);
const triggers = found(/^create (?:constraint )?trigger (\w+)[\s\S]*? on ([\w.]+)/gm);
const headerOf = (table: string) => {
  const creator = tables.find(({ first }) => first === table)?.name;
  return migrations.find(({ name }) => name === creator)?.header;
};

describe("migrations", () => {
  it("name the triggers of a table in the header of the file that creates it", () => {
    expect(triggers.length).toBeGreaterThan(5);
    const unnamed = triggers.filter(
      ({ first, second }) => !new RegExp(`\\b${first}\\b`).test(headerOf(second) ?? ""),
    );
    expect(unnamed).toEqual([]);
  });

  it("name no missing trigger in a header", () => {
    const named = migrations.flatMap(({ header }) =>
      [...header.replaceAll("\n-- ", " ").matchAll(/Triggers? on (\w+): ([^.]*)\./g)].flatMap(
        ([, table = "", list = ""]) =>
          [...list.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)].map(
            ([trigger]) => `${trigger} on ${table}`,
          ),
      ),
    );
    const there = triggers.map(({ first, second }) => `${first} on ${second.split(".")[1]}`);
    expect(named.filter((trigger) => !there.includes(trigger))).toEqual([]);
    expect(named.length).toBeGreaterThan(5);
  });
});
