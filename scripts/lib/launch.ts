/** Kulti as a whole: the embedded stack, or parts of a real one named by the environment, and the site before it. */
import { join } from "node:path";
import { checkPort, freePort, startStack } from "@kulti/local";
import { serveSite } from "@kulti/site/serve.ts";
import { buildPackage, buildSite } from "./build.ts";
import { root } from "./process.ts";

export interface LaunchOptions {
  dataDir: string;
  /** 0 takes a free port. */
  apiPort: number;
  dbPort: number;
  sitePort: number;
  /** Address of a running site; then no other is served. */
  siteUrl?: string | undefined;
  functionsEnv?: Record<string, string>;
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

/** Starts the parts without an address in the environment. See the table of settings in `local/README.md`. */
export const launch = (options: LaunchOptions): Promise<Launched> =>
  launchParts(options).catch((error) => {
    throw portTaken(error) ?? error;
  });

/** Each port is checked first, but another process or an outgoing connection can take it before its server has it. */
export function portTaken(error: NodeJS.ErrnoException & { port?: number }): Error | undefined {
  if (error.code !== "EADDRINUSE" || error.port === undefined) return undefined;
  return new Error(
    `Cannot start: port ${error.port} was taken while Kulti started. Start it again or choose other ports (KULTI_API_PORT, KULTI_DB_PORT, KULTI_SITE_PORT).`,
    { cause: error },
  );
}

async function launchParts(options: LaunchOptions): Promise<Launched> {
  const { log = console.log } = options;
  const sitePort = options.sitePort || (await freePort());
  // The site whose pages may be embedded; the functions need it before the site runs.
  const functionsEnv = {
    KULTI_SITE_URL: `http://127.0.0.1:${sitePort}`,
    ...options.functionsEnv,
  };
  await checkPort(sitePort, "the site", "KULTI_SITE_PORT");
  const starting = startBackend({ ...options, functionsEnv });
  const building = options.siteUrl ? undefined : buildSite(log);
  const [backend] = await Promise.all([starting, building, buildPackage()]).catch(async (error) => {
    // Otherwise what has started would keep this process running.
    await starting.then(({ stop }) => stop()).catch(() => {});
    throw error;
  });
  if (options.siteUrl) return { ...backend, site_url: withoutSlash(options.siteUrl) };
  const site = await serveSite({
    dist: join(root, "site", "dist"),
    port: sitePort,
    config: { api_url: backend.api_url, publishable_key: backend.publishable_key },
  }).catch(async (error) => {
    await backend.stop();
    throw error;
  });
  const {
    api_url: apiUrl,
    db_url: dbUrl,
    publishable_key: publishableKey,
    secret_key: secretKey,
    failed,
  } = backend;
  return {
    api_url: apiUrl,
    site_url: site.url,
    db_url: dbUrl,
    publishable_key: publishableKey,
    secret_key: secretKey,
    failed,
    async stop() {
      await site.close();
      await backend.stop();
    },
  };
}

async function startBackend(options: LaunchOptions): Promise<Omit<Launched, "site_url">> {
  const { env } = process;
  if (env.KULTI_API_URL) {
    return {
      api_url: withoutSlash(env.KULTI_API_URL),
      db_url: env.KULTI_DB_URL ?? "",
      publishable_key: required("KULTI_PUBLISHABLE_KEY"),
      secret_key: env.KULTI_SECRET_KEY ?? "",
      failed: new Promise(() => {}),
      stop: async () => {},
    };
  }
  const { dataDir, functionsEnv, log } = options;
  return startStack({
    projectDir: root,
    dataDir,
    apiPort: options.apiPort || (await freePort()),
    dbPort: options.dbPort || (await freePort()),
    ...(functionsEnv && { functionsEnv }),
    ...(log && { log }),
    ...(env.KULTI_DB_URL && { dbUrl: env.KULTI_DB_URL }),
    ...(env.KULTI_REST_URL && { restUrl: env.KULTI_REST_URL }),
    ...(env.KULTI_REALTIME_URL && { realtimeUrl: env.KULTI_REALTIME_URL }),
    ...(env.KULTI_FUNCTIONS_URL && { functionsUrl: env.KULTI_FUNCTIONS_URL }),
    ...(env.KULTI_JWT_SECRET && { jwtSecret: env.KULTI_JWT_SECRET }),
    ...(env.KULTI_PROXY_HOST && { proxyHost: env.KULTI_PROXY_HOST }),
  });
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Cannot use KULTI_API_URL: ${name} is not set. Set it too.`);
  return value;
}
