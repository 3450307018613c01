/** Runs pgTAP files against a database, as `supabase test db` does: each file on a connection of its own. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Client } from "pg";
import { open_connection } from "../database/connection.ts";
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
  await with_connection(db_url, (client) =>
    client.query("create extension if not exists pgtap with schema extensions"),
  );
  for (const file of options.files) {
    const name = path.basename(file);
    if (grep && !grep.test(name)) continue;
    const script = await readFile(file, "utf8");
    const { passed, failures } = await with_connection(db_url, (client) =>
      run_script(client, script),
    );
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

async function run_script(client: Client, script: string) {
  const lines: string[] = [];
  for (const { text, line } of split_statements(script)) {
    try {
      // One by one: a script as a whole would be one transaction, and an error would hide its line.
      const { rows } = await client.query({ text, rowMode: "array" });
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

async function with_connection<T>(db_url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const { client, close } = await open_connection(db_url, {
    application_name: "pgtap",
    // The search path of role postgres, whatever role the address names.
    options: '-c search_path="$user",public,extensions',
  });
  try {
    return await use(client);
  } finally {
    await close();
  }
}

const indent = (text: string): string => text.trimEnd().replace(/^/gm, "    ");
