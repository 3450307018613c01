/** Runs pgTAP files against a database, as `supabase test db` does: each file on its own connection. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Client } from "pg";
import { openConnection } from "../database/connection.ts";
import { splitStatements } from "./split-statements.ts";
import { readTap, type TapFailure } from "./tap.ts";

export interface PgtapOptions {
  /** Role postgres, not a superuser: the tests also check its rights. */
  dbUrl: string;
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
  const { dbUrl, grep } = options;
  const log = options.log ?? (() => {});
  const result: PgtapResult = { passed: 0, failed: 0, failures: [] };
  await withConnection(dbUrl, (client) =>
    client.query("create extension if not exists pgtap with schema extensions"),
  );
  for (const file of options.files) {
    const name = path.basename(file);
    if (grep && !grep.test(name)) continue;
    const { passed, failures } = await withConnection(dbUrl, (client) => runScript(client, file));
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

async function runScript(client: Client, file: string) {
  const lines: string[] = [];
  const stopped = await runStatements(client, file, lines);
  const tap = readTap(lines);
  if (!stopped) return tap;
  return { passed: tap.passed, failures: [...withoutPlan(tap.failures), stopped] };
}

/** Adds what the statements print to `lines`. Returns the failure of the statement that stopped the script, if any. */
async function runStatements(
  client: Client,
  file: string,
  lines: string[],
): Promise<TapFailure | undefined> {
  for (const { text, line } of splitStatements(await readFile(file, "utf8"))) {
    try {
      const included = includedFile(text, file);
      if (included !== undefined) {
        const stopped = await runStatements(client, included, lines);
        if (stopped === undefined) continue;
        return { ...stopped, name: `line ${line}: ${path.basename(included)}, ${stopped.name}` };
      }
      // One by one: a script as a whole would be one transaction, and an error would hide its line.
      const { rows } = await client.query({ text, rowMode: "array" });
      for (const value of rows.flat())
        if (typeof value === "string") lines.push(...value.split("\n"));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { name: `line ${line}`, detail: `${message}\n${text}` };
    }
  }
  return undefined;
}

/** psql's `\ir`, the only backslash command here: its path is relative to the including file. */
function includedFile(statement: string, file: string): string | undefined {
  if (!statement.startsWith("\\")) return undefined;
  const named = /^\\ir\s+([^\s'"]+)$/.exec(statement)?.[1];
  if (named === undefined) {
    throw new Error(`Cannot run "${statement}": the only psql command supported is "\\ir file".`);
  }
  return path.resolve(path.dirname(file), named);
}

// A script that stopped early has not run all planned tests; the error says why.
const withoutPlan = (failures: TapFailure[]): TapFailure[] =>
  failures.filter((failure) => failure.name !== "plan");

async function withConnection<T>(dbUrl: string, use: (client: Client) => Promise<T>): Promise<T> {
  const { client, close } = await openConnection(dbUrl, {
    application_name: "pgtap",
    // The search path of role postgres, for any role in the address.
    options: '-c search_path="$user",public,extensions',
  });
  try {
    return await use(client);
  } finally {
    await close();
  }
}

const indent = (text: string): string => text.trimEnd().replace(/^/gm, "    ");
