/** The environment of a function, read once when it starts: what is missing or wrong fails the start. */
import { parse_json } from "../protocol/schema.ts";

export interface ProjectEnv {
  url: string;
  /** The key for the RPCs of service_role. */
  secret_key: string;
  /** Every secret key of the project. */
  secret_keys: string[];
}

/** SUPABASE_SECRET_KEYS is a JSON object of keys by name; older stacks set SUPABASE_SERVICE_ROLE_KEY alone. */
export function read_project_env(env: Pick<Deno.Env, "get"> = Deno.env): ProjectEnv {
  const url = env.get("SUPABASE_URL");
  const named = read_keys(env, "SUPABASE_SECRET_KEYS");
  const service_role_key = env.get("SUPABASE_SERVICE_ROLE_KEY");
  const secret_keys = [...Object.values(named), service_role_key].filter(
    (key) => key !== undefined,
  );
  const secret_key = named.default ?? secret_keys[0];
  if (!url || !secret_key) {
    throw new Error(
      "Cannot start: SUPABASE_URL and a secret key (SUPABASE_SECRET_KEYS or SUPABASE_SERVICE_ROLE_KEY) must be set.",
    );
  }
  return { url, secret_key, secret_keys };
}

/** What a function needs that shows nothing but what anyone may read. */
export interface ViewerEnv {
  url: string;
  publishable_key: string;
}

/** SUPABASE_PUBLISHABLE_KEYS is a JSON object of keys by name; older stacks set SUPABASE_ANON_KEY alone. */
export function read_viewer_env(env: Pick<Deno.Env, "get"> = Deno.env): ViewerEnv {
  const url = env.get("SUPABASE_URL");
  const named = read_keys(env, "SUPABASE_PUBLISHABLE_KEYS");
  const publishable_key = named.default ?? Object.values(named)[0] ?? env.get("SUPABASE_ANON_KEY");
  if (!url || !publishable_key) {
    throw new Error(
      "Cannot start: SUPABASE_URL and a publishable key (SUPABASE_PUBLISHABLE_KEYS or SUPABASE_ANON_KEY) must be set.",
    );
  }
  return { url, publishable_key };
}

/** Keys by name. parse_json tells nothing of a text that is not JSON: JSON.parse would quote the keys into the log. */
function read_keys(env: Pick<Deno.Env, "get">, name: string): Record<string, string> {
  return parse_json(env.get(name) || "{}") as Record<string, string>;
}
