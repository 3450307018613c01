/** For tests: a real Postgres with a scratch schema, this Data API behind the gateway, and the stock client. */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { startGateway } from "../gateway/index.ts";
import { keysOf, randomSecrets } from "../keys.ts";
import { freePort } from "../ports.ts";
import { removeData, startPostgres } from "../postgres/index.ts";
import { copyCluster } from "../testing/cluster.ts";
import { connectSql, type Sql } from "../testing/sql.ts";
import { createDataApi, type DataApiOptions } from "./index.ts";

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
  withClaims(claims: Record<string, unknown>): Promise<Client>;
  token(claims: Record<string, unknown>, secret?: string): Promise<string>;
  /** A request to the Data API, as anon and past supabase-js. */
  request(path: string, init?: RequestInit): Promise<Response>;
  log: string[];
  stop(): Promise<void>;
}

export async function startProject(options: Partial<DataApiOptions> = {}): Promise<TestProject> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "data-api-test-"));
  await copyCluster(dataDir);
  const database = await startPostgres({ dataDir, port: await freePort() });
  const sql = connectSql(database.db_url);
  const admin = connectSql(database.adminUrl, 1);
  await sql.query(await readFile(new URL("test-schema.sql", import.meta.url), "utf8"));
  const keys = await keysOf(randomSecrets());
  const log: string[] = [];
  const rest = await createDataApi({
    db_url: database.authenticatorUrl,
    jwt_secret: keys.jwt_secret,
    schemas: ["api"],
    max_rows: 1000,
    log: (line) => log.push(line),
    ...options,
  });
  const nothing = { fetch: async () => new Response(null, { status: 404 }), close: async () => {} };
  const services = { rest, functions: nothing, realtime: nothing };
  const gateway = await startGateway({ port: await freePort(), keys, services });

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
    async withClaims(claims) {
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
      await removeData(dataDir);
    },
  };
}
