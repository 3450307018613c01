/** Kulti as a whole: the embedded stack, or parts of a real one named by the environment, and the site before it. */
import { join } from "node:path";
import { check_port, free_port, startStack } from "@kulti/local";
import { serve_site } from "@kulti/site/serve.ts";
import { build_site } from "./build-site.ts";
import { root } from "./process.ts";

export interface LaunchOptions {
  data_dir: string;
  /** 0 takes a free port. */
  api_port: number;
  db_port: number;
  site_port: number;
  /** Where the site is served already; none is served then. */
  site_url?: string | undefined;
  functions_env?: Record<string, string>;
  log?: (line: string) => void;
}

/** The addresses and keys of a running Kulti, as `.kulti/local.json` holds them. */
export interface Target {
  api_url: string;
  site_url: string;
  db_url: string;
  publishable_key: string;
  secret_key: string;
}

export interface Launched extends Target {
  /** Resolves when a part has ended and cannot be started again. */
  failed: Promise<Error>;
  stop(): Promise<void>;
}

/** Starts what the environment does not name an address of. See the table of settings in `local/README.md`. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { log = console.log } = options;
  const site_port = options.site_port || (await free_port());
  // Whose pages may be embedded; the functions learn it before there are any.
  const functions_env = {
    KULTI_SITE_URL: `http://127.0.0.1:${site_port}`,
    ...options.functions_env,
  };
  await check_port(site_port, "the site", "site_port");
  const [backend] = await Promise.all([
    start_backend({ ...options, functions_env }),
    options.site_url ? undefined : build_site(log),
  ]);
  if (options.site_url) return { ...backend, site_url: without_slash(options.site_url) };
  const site = await serve_site({
    dist: join(root, "site", "dist"),
    port: site_port,
    config: { api_url: backend.api_url, publishable_key: backend.publishable_key },
  }).catch(async (error) => {
    await backend.stop();
    throw error;
  });
  const { api_url, db_url, publishable_key, secret_key, failed } = backend;
  return {
    api_url,
    site_url: site.url,
    db_url,
    publishable_key,
    secret_key,
    failed,
    async stop() {
      await site.close();
      await backend.stop();
    },
  };
}

async function start_backend(options: LaunchOptions): Promise<Omit<Launched, "site_url">> {
  const { env } = process;
  if (env.KULTI_API_URL) {
    return {
      api_url: without_slash(env.KULTI_API_URL),
      db_url: env.KULTI_DB_URL ?? "",
      publishable_key: required("KULTI_PUBLISHABLE_KEY"),
      secret_key: env.KULTI_SECRET_KEY ?? "",
      failed: new Promise(() => {}),
      stop: async () => {},
    };
  }
  const { data_dir, functions_env, log } = options;
  return startStack({
    project_dir: root,
    data_dir,
    api_port: options.api_port || (await free_port()),
    db_port: options.db_port || (await free_port()),
    ...(functions_env && { functions_env }),
    ...(log && { log }),
    ...(env.KULTI_DB_URL && { db_url: env.KULTI_DB_URL }),
    ...(env.KULTI_REST_URL && { rest_url: env.KULTI_REST_URL }),
    ...(env.KULTI_REALTIME_URL && { realtime_url: env.KULTI_REALTIME_URL }),
    ...(env.KULTI_FUNCTIONS_URL && { functions_url: env.KULTI_FUNCTIONS_URL }),
    ...(env.KULTI_JWT_SECRET && { jwt_secret: env.KULTI_JWT_SECRET }),
    ...(env.KULTI_PROXY_HOST && { proxy_host: env.KULTI_PROXY_HOST }),
  });
}

const without_slash = (url: string): string => url.replace(/\/+$/, "");

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Cannot use KULTI_API_URL: ${name} is not set; set it as well.`);
  return value;
}
