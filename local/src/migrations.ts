/** Migrations, applied by the real Supabase CLI. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { openConnection } from "./database/connection.ts";

/**
 * Runs `supabase db push` when the folder holds a migration that the database has not seen.
 * @returns the number of migrations applied
 */
export async function applyMigrations(projectDir: string, dbUrl: string): Promise<number> {
  const pending = await pendingMigrations(projectDir, dbUrl);
  if (pending.length === 0) return 0;
  const local = ["127.0.0.1", "localhost"].includes(new URL(dbUrl).hostname);
  try {
    await promisify(execFile)(supabaseCli(), ["db", "push", `--remote=${dbUrl}`, "--yes"], {
      cwd: projectDir,
      env: {
        ...process.env,
        SUPABASE_TELEMETRY_DISABLED: "1",
        SUPABASE_NO_UPDATE_NOTIFIER: "1",
        ...(local && { PGSSLMODE: process.env.PGSSLMODE ?? "disable" }),
      },
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `Cannot apply migrations (${pending.join(", ")}): supabase db push failed.\n${stdout}${stderr}`.trim(),
    );
  }
  await announceSchema(dbUrl);
  return pending.length;
}

/** PostgREST reloads the schema only on request, and not every database has Supabase's triggers that request it. */
async function announceSchema(dbUrl: string): Promise<void> {
  const { client, close } = await openConnection(dbUrl, { application_name: "migrations" });
  try {
    await client.query("notify pgrst, 'reload schema'");
  } finally {
    await close();
  }
}

async function pendingMigrations(projectDir: string, dbUrl: string): Promise<string[]> {
  const folder = path.join(projectDir, "supabase/migrations");
  if (!existsSync(folder)) return [];
  const files = (await readdir(folder)).filter((file) => /^\d+_.*\.sql$/.test(file)).sort();
  const seen = await seenVersions(dbUrl);
  return files.filter((file) => !seen.has(file.split("_", 1)[0] ?? ""));
}

async function seenVersions(dbUrl: string): Promise<Set<string>> {
  const { client, close } = await openConnection(dbUrl, { application_name: "migrations" });
  try {
    const table = "supabase_migrations.schema_migrations";
    const found = await client.query(`select to_regclass('${table}') as name`);
    if (!found.rows[0]?.name) return new Set();
    const { rows } = await client.query<{ version: string }>(`select version from ${table}`);
    return new Set(rows.map((row) => row.version));
  } finally {
    await close();
  }
}

/** The binary itself; the npm package `supabase` is a script that starts it. */
function supabaseCli(): string {
  const require = createRequire(import.meta.url);
  const name = `@supabase/cli-${process.platform}-${process.arch}`;
  for (const folder of require.resolve.paths(name) ?? []) {
    const binary = path.join(folder, name, "bin/supabase");
    if (existsSync(binary)) return binary;
  }
  throw new Error(`Cannot apply migrations: package ${name} is not installed. Run npm install.`);
}
