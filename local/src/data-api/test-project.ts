/** For tests: a real Postgres with a scratch schema, this Data API behind the gateway, and the stock client. */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { start_gateway } from "../gateway/index.ts";
import { keys_of, random_secrets } from "../keys.ts";
import { free_port } from "../ports.ts";
import { remove_data, startPostgres } from "../postgres/index.ts";
import { copy_cluster } from "../testing/cluster.ts";
import { connect_sql, type Sql } from "../testing/sql.ts";
import { create_data_api, type DataApiOptions } from "./index.ts";

// biome-ignore-start lint/suspicious/noExplicitAny: what the client itself takes a schema for that it knows nothing of
export type Client = SupabaseClient<any, { PostgrestVersion: "14" }, "api", any>;
// biome-ignore-end lint/suspicious/noExplicitAny: as above

export interface TestProject {
  /** Role postgres, as a migration. */
  sql: Sql;
  /** Role supabase_admin. */
  admin: Sql;
  anon: Client;
  service: Client;
  /** With a JWT of these claims, signed for an hour unless `exp` says otherwise. */
  with_claims(claims: Record<string, unknown>): Promise<Client>;
  token(claims: Record<string, unknown>, secret?: string): Promise<string>;
  /** A request to the Data API, as anon and past supabase-js. */
  request(path: string, init?: RequestInit): Promise<Response>;
  log: string[];
  stop(): Promise<void>;
}

export async function start_project(options: Partial<DataApiOptions> = {}): Promise<TestProject> {
  const data_dir = await mkdtemp(path.join(tmpdir(), "data-api-test-"));
  await copy_cluster(data_dir);
  const database = await startPostgres({ data_dir, port: await free_port() });
  const sql = connect_sql(database.db_url);
  const admin = connect_sql(database.admin_url, 1);
  await sql.query(await readFile(new URL("test-schema.sql", import.meta.url), "utf8"));
  const keys = await keys_of(random_secrets());
  const log: string[] = [];
  const rest = await create_data_api({
    db_url: database.authenticator_url,
    jwt_secret: keys.jwt_secret,
    schemas: ["api"],
    max_rows: 1000,
    log: (line) => log.push(line),
    ...options,
  });
  const nothing = { fetch: async () => new Response(null, { status: 404 }), close: async () => {} };
  const services = { rest, functions: nothing, realtime: nothing };
  const gateway = await start_gateway({ port: await free_port(), keys, services });

  const client = (key: string, headers: Record<string, string> = {}): Client =>
    createClient(gateway.url, key, {
      db: { schema: "api" },
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      global: { headers },
    });
  const token = (claims: Record<string, unknown>, secret = keys.jwt_secret) => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    return new SignJWT({ exp, ...claims })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .sign(new TextEncoder().encode(secret));
  };
  return {
    sql,
    admin,
    anon: client(keys.publishable_key),
    service: client(keys.secret_key),
    token,
    async with_claims(claims) {
      return client(keys.publishable_key, { Authorization: `Bearer ${await token(claims)}` });
    },
    request(where, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("apikey")) headers.set("apikey", keys.publishable_key);
      return fetch(`${gateway.url}/rest/v1${where}`, { ...init, headers });
    },
    log,
    async stop() {
      await rest.close();
      await gateway.close();
      await sql.end();
      await admin.end();
      await database.stop();
      await remove_data(data_dir);
    },
  };
}
