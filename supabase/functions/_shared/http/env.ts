/** The environment of a function, read once when it starts. A missing or wrong value stops the start. */
import { parseJson } from "../protocol/schema.ts";

export interface ProjectEnv {
  url: string;
  /** The key for the RPCs of service_role. */
  secret_key: string;
  /** Every secret key of the project. */
  secretKeys: string[];
}

/** SUPABASE_SECRET_KEYS is a JSON object of keys by name; older stacks set SUPABASE_SERVICE_ROLE_KEY alone. */
export function readProjectEnv(env: Pick<Deno.Env, "get"> = Deno.env): ProjectEnv {
  const url = env.get("SUPABASE_URL");
  const named = readKeys(env, "SUPABASE_SECRET_KEYS");
  const serviceRoleKey = env.get("SUPABASE_SERVICE_ROLE_KEY");
  const secretKeys = [...Object.values(named), serviceRoleKey].filter((key) => key !== undefined);
  const secretKey = named.default ?? secretKeys[0];
  if (!url || !secretKey) {
    throw new Error(
      "Cannot start: SUPABASE_URL and a secret key (SUPABASE_SECRET_KEYS or SUPABASE_SERVICE_ROLE_KEY) must be set.",
    );
  }
  return { url, secret_key: secretKey, secretKeys };
}

/** The environment of a function that only shows public data. */
export interface ViewerEnv {
  url: string;
  publishable_key: string;
}

/** SUPABASE_PUBLISHABLE_KEYS is a JSON object of keys by name; older stacks set SUPABASE_ANON_KEY alone. */
export function readViewerEnv(env: Pick<Deno.Env, "get"> = Deno.env): ViewerEnv {
  const url = env.get("SUPABASE_URL");
  const named = readKeys(env, "SUPABASE_PUBLISHABLE_KEYS");
  const publishableKey = named.default ?? Object.values(named)[0] ?? env.get("SUPABASE_ANON_KEY");
  if (!url || !publishableKey) {
    throw new Error(
      "Cannot start: SUPABASE_URL and a publishable key (SUPABASE_PUBLISHABLE_KEYS or SUPABASE_ANON_KEY) must be set.",
    );
  }
  return { url, publishable_key: publishableKey };
}

/** Keys by name. parseJson reveals nothing about text that is not JSON: JSON.parse would quote the keys into the log. */
function readKeys(env: Pick<Deno.Env, "get">, name: string): Record<string, string> {
  return parseJson(env.get(name) || "{}") as Record<string, string>;
}
