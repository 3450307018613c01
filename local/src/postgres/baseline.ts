/** The contents of a Supabase database before the first migration. */
import { readFile } from "node:fs/promises";
import type { Client } from "pg";

const files = ["roles.sql", "schemas.sql", "auth.sql", "realtime.sql"];

/** On the first start. */
export async function applyBaseline(admin: Client): Promise<void> {
  const found = await admin.query("select from pg_roles where rolname = 'authenticator'");
  if (found.rowCount === 1) return;
  const scripts = await Promise.all(
    files.map((file) => readFile(new URL(`./sql/${file}`, import.meta.url), "utf8")),
  );
  // One message is one transaction, so a crash leaves all of it or nothing.
  await admin.query(scripts.join("\n"));
}
