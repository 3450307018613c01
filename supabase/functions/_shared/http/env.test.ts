import { deepEqual, equal, throws } from "node:assert/strict";
import { read_project_env, read_viewer_env } from "./env.ts";

const read = (env: Record<string, string>) => read_project_env({ get: (name) => env[name] });
const SUPABASE_URL = "http://127.0.0.1:54321";

Deno.test("read_project_env prefers the default secret key and knows all of them", () => {
  const named = JSON.stringify({ ci: "sb_secret_ci", default: "sb_secret_default" });
  const env = read({ SUPABASE_URL, SUPABASE_SECRET_KEYS: named, SUPABASE_SERVICE_ROLE_KEY: "jwt" });
  equal(env.secret_key, "sb_secret_default");
  deepEqual(env.secret_keys, ["sb_secret_ci", "sb_secret_default", "jwt"]);
});

Deno.test("read_project_env takes the service role key where there is no other", () => {
  deepEqual(read({ SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY: "jwt" }), {
    url: SUPABASE_URL,
    secret_key: "jwt",
    secret_keys: ["jwt"],
  });
});

Deno.test("read_project_env fails the start for want of an address or a key, and tells no key", () => {
  throws(() => read({ SUPABASE_URL }), /SUPABASE_SECRET_KEYS/);
  throws(() => read({ SUPABASE_SERVICE_ROLE_KEY: "jwt" }), /SUPABASE_URL/);
  throws(
    () => read({ SUPABASE_URL, SUPABASE_SECRET_KEYS: "sb_secret_x" }),
    (error: Error) => !error.message.includes("sb_secret_x"),
  );
});

Deno.test("read_viewer_env takes the publishable key, an older stack's too, and no secret one", () => {
  const url = "http://127.0.0.1:54321";
  const keys = (env: Record<string, string>) =>
    read_viewer_env(new Map(Object.entries({ SUPABASE_URL: url, ...env }))).publishable_key;
  equal(keys({ SUPABASE_PUBLISHABLE_KEYS: '{"web":"sb_publishable_w"}' }), "sb_publishable_w");
  equal(
    keys({ SUPABASE_PUBLISHABLE_KEYS: '{"web":"w","default":"d"}', SUPABASE_ANON_KEY: "a" }),
    "d",
  );
  equal(keys({ SUPABASE_ANON_KEY: "a" }), "a");
  throws(
    () => keys({ SUPABASE_PUBLISHABLE_KEYS: "sb_publishable_w" }),
    (error: Error) => !`${error.message}${error.stack}`.includes("sb_publishable_w"),
  );
  throws(() => keys({ SUPABASE_SECRET_KEYS: '{"default":"sb_secret_x"}' }), /publishable key/);
});
