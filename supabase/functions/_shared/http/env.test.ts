import { deepEqual, equal, throws } from "node:assert/strict";
import { readProjectEnv, readViewerEnv } from "./env.ts";

const read = (env: Record<string, string>) => readProjectEnv({ get: (name) => env[name] });
const supabaseUrl = "http://127.0.0.1:54321";

Deno.test("readProjectEnv prefers the default secret key and knows all of them", () => {
  const named = JSON.stringify({ ci: "sb_secret_ci", default: "sb_secret_default" });
  const env = read({
    SUPABASE_URL: supabaseUrl,
    SUPABASE_SECRET_KEYS: named,
    SUPABASE_SERVICE_ROLE_KEY: "jwt",
  });
  equal(env.secret_key, "sb_secret_default");
  deepEqual(env.secretKeys, ["sb_secret_ci", "sb_secret_default", "jwt"]);
});

Deno.test("readProjectEnv falls back to the service role key", () => {
  deepEqual(read({ SUPABASE_URL: supabaseUrl, SUPABASE_SERVICE_ROLE_KEY: "jwt" }), {
    url: supabaseUrl,
    secret_key: "jwt",
    secretKeys: ["jwt"],
  });
});

Deno.test("readProjectEnv fails the start without an address or a key, and prints no key", () => {
  throws(() => read({ SUPABASE_URL: supabaseUrl }), /SUPABASE_SECRET_KEYS/);
  throws(() => read({ SUPABASE_SERVICE_ROLE_KEY: "jwt" }), /SUPABASE_URL/);
  throws(
    () => read({ SUPABASE_URL: supabaseUrl, SUPABASE_SECRET_KEYS: "sb_secret_x" }),
    (error: Error) => !error.message.includes("sb_secret_x"),
  );
});

Deno.test("readViewerEnv accepts the publishable key, also under its old name, and no secret key", () => {
  const url = "http://127.0.0.1:54321";
  const keys = (env: Record<string, string>) =>
    readViewerEnv(new Map(Object.entries({ SUPABASE_URL: url, ...env }))).publishable_key;
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
