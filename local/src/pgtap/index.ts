/** Runs pgTAP files against a database, as `supabase test db` does: each file on a connection of its own. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import postgres, { type Sql } from "postgres";
import { split_statements } from "./split-statements.ts";
import { read_tap, type TapFailure } from "./tap.ts";

export interface PgtapOptions {
  /** Role postgres, who is no superuser: what it may do is part of what is tested. */
  db_url: string;
  files: string[];
  /** Only files whose name matches. */
  grep?: RegExp;
  log?: (line: string) => void;
}

export interface PgtapFailure extends TapFailure {
  file: string;
}

export interface PgtapResult {
  passed: number;
  failed: number;
  failures: PgtapFailure[];
}

export async function runPgtap(options: PgtapOptions): Promise<PgtapResult> {
  const { db_url, grep } = options;
  const log = options.log ?? (() => {});
  const result: PgtapResult = { passed: 0, failed: 0, failures: [] };
  await with_connection(db_url, (sql) =>
    sql.unsafe("create extension if not exists pgtap with schema extensions"),
  );
  for (const file of options.files) {
    const name = path.basename(file);
    if (grep && !grep.test(name)) continue;
    const script = await readFile(file, "utf8");
    const { passed, failures } = await with_connection(db_url, (sql) => run_script(sql, script));
    result.passed += passed;
    result.failed += failures.length;
    for (const failure of failures) {
      result.failures.push({ file, ...failure });
      log(`not ok ${name}: ${failure.name}\n${indent(failure.detail)}`);
    }
    if (failures.length === 0) log(`ok ${name}: ${passed} tests`);
  }
  return result;
}

async function run_script(sql: Sql, script: string) {
  const lines: string[] = [];
  for (const { text, line } of split_statements(script)) {
    try {
      // One by one: a script as a whole would be one transaction, and an error would hide its line.
      const rows = await sql.unsafe(text).values();
      for (const value of rows.flat())
        if (typeof value === "string") lines.push(...value.split("\n"));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const tap = read_tap(lines);
      const stopped = { name: `line ${line}`, detail: `${message}\n${text}` };
      return { passed: tap.passed, failures: [...without_plan(tap.failures), stopped] };
    }
  }
  return read_tap(lines);
}

// A script that stopped has not run its plan; the error says why.
const without_plan = (failures: TapFailure[]): TapFailure[] =>
  failures.filter((failure) => failure.name !== "plan");

async function with_connection<T>(db_url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(db_url, {
    max: 1,
    onnotice: () => {},
    // The search path of role postgres, whatever role the address names.
    connection: { search_path: '"$user", public, extensions' },
    prepare: false,
  });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const indent = (text: string): string => text.trimEnd().replace(/^/gm, "    ");
