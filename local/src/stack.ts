/** Starts and stops the parts of a stack in order. Each part is embedded, or is elsewhere by its address. */
import path from "node:path";
import { create_data_api } from "./data-api/index.ts";
import { lock_data } from "./data-lock.ts";
import { create_functions, type Functions } from "./functions/index.ts";
import { type Gateway, start_gateway } from "./gateway/index.ts";
import { type Keys, kept_secrets, keys_of, type Secrets } from "./keys.ts";
import { apply_migrations } from "./migrations.ts";
import { check_port, HOST } from "./ports.ts";
import { type EmbeddedPostgres, startPostgres } from "./postgres/index.ts";
import { proxy_to } from "./proxy.ts";
import { create_realtime } from "./realtime/index.ts";
import type { RealtimeLimits } from "./realtime/limits.ts";
import type { Service } from "./service.ts";

export interface StackOptions {
  /** A Supabase project: has `supabase/` with config.toml, migrations, functions. */
  project_dir: string;
  /** Where the stack keeps its data; one stack per folder. */
  data_dir: string;
  api_port: number;
  db_port: number;
  /** Apply the project's migrations. Default true. */
  migrate?: boolean;
  functions_env?: Record<string, string>;
  log?: (line: string) => void;
  limits?: Partial<RealtimeLimits>;
  /** Signs the JWTs that keys stand for (HS256). Default: the data folder's own. */
  jwt_secret?: string;
  /**
   * The name under which a proxy in front serves the stack. Then every request is taken to come through it, and its
   * `x-forwarded-for` is believed.
   */
  proxy_host?: string;
  /** Addresses of real parts, which then stand in for the embedded ones. */
  rest_url?: string;
  realtime_url?: string;
  functions_url?: string;
  /** A Postgres with Supabase's roles and schemas, as role postgres. Only migrations are applied to it. */
  db_url?: string;
}

export interface Stack {
  api_url: string;
  /** Role postgres. */
  db_url: string;
  publishable_key: string;
  secret_key: string;
  /** Resolves when a part has ended and cannot be started again: what is left is to stop. */
  failed: Promise<Error>;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

export async function startStack(given: StackOptions): Promise<Stack> {
  // Postgres and Deno run in folders of their own.
  const options = {
    ...given,
    project_dir: path.resolve(given.project_dir),
    data_dir: path.resolve(given.data_dir),
  };
  // What has been started, so that stopping, or a failure half-way, undoes it in reverse.
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    undo.push(await lock_data(options.data_dir));
    check_real_parts(options);
    await check_port(options.api_port, "the gateway", "api_port");
    const keys = await keys_of(await secrets_of(options));
    const database = await start_database(options, undo);
    if (options.migrate ?? true) await apply_migrations(options.project_dir, database.db_url);
    const gateway = await start_services(options, database, keys, undo);
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

async function secrets_of(options: StackOptions): Promise<Secrets> {
  const kept = await kept_secrets(options.data_dir);
  return { ...kept, ...(options.jwt_secret !== undefined && { jwt_secret: options.jwt_secret }) };
}

/** Their keys are JWTs, signed with a secret which they must have been told and which is random unless it is given. */
function check_real_parts({ rest_url, realtime_url, jwt_secret }: StackOptions): void {
  if ((rest_url ?? realtime_url) === undefined || jwt_secret !== undefined) return;
  throw new Error(
    "Cannot use a part at an address (rest_url, realtime_url): the secret that it checks JWTs with is not given (jwt_secret).",
  );
}

type Database = Pick<EmbeddedPostgres, "db_url" | "admin_url" | "authenticator_url"> &
  Partial<Pick<EmbeddedPostgres, "failed">>;

async function start_database(
  options: StackOptions,
  undo: (() => Promise<unknown>)[],
): Promise<Database> {
  if (options.db_url !== undefined) return foreign_database(options.db_url);
  const { data_dir, db_port: port, log } = options;
  const server = await startPostgres({ data_dir, port, log });
  undo.push(() => server.stop());
  return server;
}

/** The other login roles of a Supabase that one hosts oneself have the same password. */
function foreign_database(db_url: string): Database {
  // It may hold a password, so it is not repeated.
  if (!/^postgres(ql)?:\/\//.test(db_url) || !URL.canParse(db_url)) {
    throw new Error("Cannot use the database's address (db_url): it is no postgresql:// address.");
  }
  const as = (role: string): string => {
    const url = new URL(db_url);
    url.username = role;
    return url.href;
  };
  return { db_url, admin_url: as("supabase_admin"), authenticator_url: as("authenticator") };
}

async function start_services(
  options: StackOptions,
  database: Database,
  keys: Keys,
  undo: (() => Promise<unknown>)[],
): Promise<Gateway> {
  const { jwt_secret } = keys;
  const log = options.log ?? (() => {});
  const keep = <T extends Service>(service: T): T => {
    undo.push(() => service.close());
    return service;
  };
  const rest = keep(
    options.rest_url !== undefined
      ? proxy_to(options.rest_url)
      : await create_data_api({
          db_url: database.authenticator_url,
          jwt_secret,
          schemas: ["public"],
          max_rows: 1000,
          log,
        }),
  );
  const realtime = keep(
    options.realtime_url !== undefined
      ? proxy_to(options.realtime_url)
      : await create_realtime({
          db_url: database.admin_url,
          jwt_secret,
          log,
          ...(options.limits && { limits: options.limits }),
        }),
  );
  const embedded =
    options.functions_url === undefined
      ? await embedded_functions(options, database, keys)
      : undefined;
  const functions = keep(embedded ?? proxy_to(options.functions_url ?? ""));
  const services = { rest, realtime, functions };
  const { api_port: port, proxy_host } = options;
  const gateway = await start_gateway({ port, keys, services, proxy_host, log });
  undo.push(() => gateway.close());
  // Not waited for: a function that is called earlier is started by the call.
  void embedded?.warm_up();
  return gateway;
}

function embedded_functions(
  options: StackOptions,
  database: Database,
  keys: Keys,
): Promise<Functions> {
  return create_functions({
    project_dir: options.project_dir,
    data_dir: options.data_dir,
    jwt_secret: keys.jwt_secret,
    env: {
      ...options.functions_env,
      SUPABASE_URL: `http://${HOST}:${options.api_port}`,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret_key }),
      SUPABASE_ANON_KEY: keys.anon_jwt,
      SUPABASE_SERVICE_ROLE_KEY: keys.service_role_jwt,
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
