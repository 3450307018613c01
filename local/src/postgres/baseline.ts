/** What a Supabase database holds before the first migration. */
import { readFile } from "node:fs/promises";
import type { Sql } from "postgres";

const FILES = ["roles.sql", "schemas.sql", "auth.sql", "realtime.sql"];

/** In one transaction on the first start, so that a crash leaves nothing or all of it. */
export async function apply_baseline(admin: Sql): Promise<void> {
  const [present] = await admin`select from pg_roles where rolname = 'authenticator'`;
  if (present) return;
  const scripts = await Promise.all(
    FILES.map((file) => readFile(new URL(`./sql/${file}`, import.meta.url), "utf8")),
  );
  await admin.begin(async (transaction) => {
    for (const script of scripts) await transaction.unsafe(script);
  });
}
