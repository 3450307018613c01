/** Reads the Edge Functions of a Supabase project folder. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { parse } from "smol-toml";

export interface FunctionConfig {
  name: string;
  entrypoint: string;
  /** Whether the router refuses callers without a valid JWT. Supabase's default is true. */
  verify_jwt: boolean;
}

/** Each folder of `supabase/functions` with an entrypoint is a function, unless its name starts with `_` or `.`. */
export async function readFunctions(projectDir: string): Promise<Map<string, FunctionConfig>> {
  const supabase = path.join(projectDir, "supabase");
  const folder = path.join(supabase, "functions");
  const settings = await readSettings(supabase);
  const found = new Map<string, FunctionConfig>();
  if (!existsSync(folder)) return found;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const { name } = entry;
    const own = settings[name] ?? {};
    if (!entry.isDirectory() || /^[_.]/.test(name) || own.enabled === false) continue;
    const entrypoint = own.entrypoint
      ? path.resolve(supabase, own.entrypoint)
      : path.join(folder, name, "index.ts");
    if (!existsSync(entrypoint)) continue;
    found.set(name, { name, entrypoint, verify_jwt: own.verify_jwt !== false });
  }
  return found;
}

/** `supabase/functions/.env`; names that start with SUPABASE_ are the platform's and are left out, as the CLI does. */
export async function readEnv(projectDir: string): Promise<Record<string, string>> {
  const file = path.join(projectDir, "supabase/functions/.env");
  const text = await readFile(file, "utf8").catch(() => "");
  const parsed: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (value !== undefined && !name.startsWith("SUPABASE_")) parsed[name] = value;
  }
  return parsed;
}

interface FunctionSettings {
  enabled?: boolean;
  verify_jwt?: boolean;
  entrypoint?: string;
}

async function readSettings(supabase: string): Promise<Record<string, FunctionSettings>> {
  const file = path.join(supabase, "config.toml");
  const text = await readFile(file, "utf8").catch(() => "");
  try {
    return (parse(text).functions ?? {}) as unknown as Record<string, FunctionSettings>;
  } catch (error) {
    throw new Error(`Cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}
