/** Starts and stops the parts of a stack in order. Each part is embedded or runs at an address. */
import path from "node:path";
import { createDataApi } from "./data-api/index.ts";
import { lockData } from "./data-lock.ts";
import { createFunctions, type Functions } from "./functions/index.ts";
import { type Gateway, startGateway } from "./gateway/index.ts";
import { type Keys, keptSecrets, keysOf, type Secrets } from "./keys.ts";
import { applyMigrations } from "./migrations.ts";
import { checkPort, host } from "./ports.ts";
import { type EmbeddedPostgres, startPostgres } from "./postgres/index.ts";
import { proxyTo } from "./proxy.ts";
import { createRealtime } from "./realtime/index.ts";
import type { RealtimeLimits } from "./realtime/limits.ts";
import type { Service } from "./service.ts";

export interface StackOptions {
  /** A Supabase project: has `supabase/` with config.toml, migrations, functions. */
  projectDir: string;
  /** The folder of the stack's data; one stack per folder. */
  dataDir: string;
  apiPort: number;
  dbPort: number;
  /** Apply the project's migrations. Default true. */
  migrate?: boolean;
  functionsEnv?: Record<string, string>;
  log?: (line: string) => void;
  limits?: Partial<RealtimeLimits>;
  /** Signs the JWTs that keys stand for (HS256). Default: the data folder's own. */
  jwtSecret?: string;
  /**
   * The name under which a proxy serves the stack. All requests then count as coming through it, and the stack trusts
   * its `x-forwarded-for`.
   */
  proxyHost?: string;
  /** Addresses of real parts, which replace the embedded ones. */
  restUrl?: string;
  realtimeUrl?: string;
  functionsUrl?: string;
  /** A Postgres with Supabase's roles and schemas, as role postgres. The stack only applies migrations to it. */
  dbUrl?: string;
}

export interface Stack {
  api_url: string;
  /** Role postgres. */
  db_url: string;
  publishable_key: string;
  secret_key: string;
  /** Resolves when a part has ended and cannot be restarted. Stop the stack then. */
  failed: Promise<Error>;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

export async function startStack(given: StackOptions): Promise<Stack> {
  // Postgres and Deno run in their own folders.
  const options = {
    ...given,
    projectDir: path.resolve(given.projectDir),
    dataDir: path.resolve(given.dataDir),
  };
  // Stops the started parts in reverse, at the end or after a failure half-way.
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    undo.push(await lockData(options.dataDir));
    checkRealParts(options);
    await checkPort(options.apiPort, "the gateway", "apiPort");
    const keys = await keysOf(await secretsOf(options));
    const database = await startDatabase(options, undo);
    if (options.migrate ?? true) await applyMigrations(options.projectDir, database.db_url);
    const gateway = await startServices(options, database, keys, undo);
    return {
      api_url: gateway.url,
      db_url: database.db_url,
      publishable_key: keys.publishable_key,
      secret_key: keys.secret_key,
      failed: database.failed ?? new Promise(() => {}),
      stop: once(stop),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function secretsOf(options: StackOptions): Promise<Secrets> {
  const kept = await keptSecrets(options.dataDir);
  return { ...kept, ...(options.jwtSecret !== undefined && { jwt_secret: options.jwtSecret }) };
}

/** Real parts get keys as JWTs. They must know the signing secret, which is random by default. */
function checkRealParts({ restUrl, realtimeUrl, jwtSecret }: StackOptions): void {
  if ((restUrl ?? realtimeUrl) === undefined || jwtSecret !== undefined) return;
  throw new Error(
    "Cannot use a real part (restUrl, realtimeUrl): its JWT secret is missing (jwtSecret).",
  );
}

type Database = Pick<EmbeddedPostgres, "db_url" | "adminUrl" | "authenticatorUrl"> &
  Partial<Pick<EmbeddedPostgres, "failed">>;

async function startDatabase(
  options: StackOptions,
  undo: (() => Promise<unknown>)[],
): Promise<Database> {
  if (options.dbUrl !== undefined) return foreignDatabase(options.dbUrl);
  const { dataDir, dbPort: port, log } = options;
  const server = await startPostgres({ dataDir, port, log });
  undo.push(() => server.stop());
  return server;
}

/** On self-hosted Supabase the other login roles have the same password. */
function foreignDatabase(dbUrl: string): Database {
  // It may contain a password, so the message does not repeat it.
  if (!/^postgres(ql)?:\/\//.test(dbUrl) || !URL.canParse(dbUrl)) {
    throw new Error(
      "Cannot use the database's address (dbUrl): it is not a postgresql:// address.",
    );
  }
  const as = (role: string): string => {
    const url = new URL(dbUrl);
    url.username = role;
    return url.href;
  };
  return { db_url: dbUrl, adminUrl: as("supabase_admin"), authenticatorUrl: as("authenticator") };
}

async function startServices(
  options: StackOptions,
  database: Database,
  keys: Keys,
  undo: (() => Promise<unknown>)[],
): Promise<Gateway> {
  const { jwt_secret: jwtSecret } = keys;
  const log = options.log ?? (() => {});
  const keep = <T extends Service>(service: T): T => {
    undo.push(() => service.close());
    return service;
  };
  const rest = keep(
    options.restUrl !== undefined
      ? proxyTo(options.restUrl)
      : await createDataApi({
          db_url: database.authenticatorUrl,
          jwt_secret: jwtSecret,
          schemas: ["public"],
          max_rows: 1000,
          log,
        }),
  );
  const realtime = keep(
    options.realtimeUrl !== undefined
      ? proxyTo(options.realtimeUrl)
      : await createRealtime({
          db_url: database.adminUrl,
          jwt_secret: jwtSecret,
          log,
          ...(options.limits && { limits: options.limits }),
        }),
  );
  const embedded =
    options.functionsUrl === undefined
      ? await embeddedFunctions(options, database, keys)
      : undefined;
  const functions = keep(embedded ?? proxyTo(options.functionsUrl ?? ""));
  const services = { rest, realtime, functions };
  const { apiPort: port, proxyHost } = options;
  const gateway = await startGateway({ port, keys, services, proxyHost, log });
  undo.push(() => gateway.close());
  // No await: a call starts its function if needed.
  void embedded?.warmUp();
  return gateway;
}

function embeddedFunctions(
  options: StackOptions,
  database: Database,
  keys: Keys,
): Promise<Functions> {
  return createFunctions({
    projectDir: options.projectDir,
    dataDir: options.dataDir,
    jwtSecret: keys.jwt_secret,
    env: {
      ...options.functionsEnv,
      SUPABASE_URL: `http://${host}:${options.apiPort}`,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret_key }),
      SUPABASE_ANON_KEY: keys.anonJwt,
      SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleJwt,
      SUPABASE_DB_URL: database.db_url,
    },
    ...(options.log && { log: options.log }),
  });
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
