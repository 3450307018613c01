/**
 * The Data API: what supabase-js needs of PostgREST, on one Postgres. What it does not speak it refuses, naming the
 * difference. Postgres decides what a caller may do; nothing is decided here.
 */
import { create_lanes } from "../database/lanes.ts";
import type { Service } from "../service.ts";
import { ApiError } from "./api-error.ts";
import { keep_schema_cache } from "./cache-keeper.ts";
import { describe } from "./describe.ts";
import { type ExecuteOptions, execute } from "./execute.ts";
import { create_authenticate } from "./jwt.ts";
import { from_postgres } from "./pg-error.ts";
import { type ApiRequest, read_request } from "./request.ts";
import { respond_error } from "./respond.ts";

export interface DataApiOptions {
  /** Of the role authenticator, which may become the roles that tokens name. */
  db_url: string;
  /** HS256. */
  jwt_secret: string;
  /** Exposed; the first is meant when a request names none. */
  schemas: readonly string[];
  /** Most rows that one answer holds. */
  max_rows: number;
  /** Role without a token. Default: anon. */
  anon_role?: string;
  /** Connections. Default: 10, as under `supabase start`. */
  connections?: number;
  /** Default: 10 MiB. */
  max_body_bytes?: number;
  log?: (line: string) => void;
}

/** Paths are PostgREST's own: `/<table>` and `/rpc/<function>`. Fails when the database cannot be read. */
export async function create_data_api(options: DataApiOptions): Promise<Service> {
  const { db_url, schemas, max_rows, anon_role = "anon", log = () => {} } = options;
  const limits = { schemas, max_body_bytes: options.max_body_bytes ?? 10 * 1024 * 1024 };
  const authenticate = create_authenticate(options.jwt_secret, anon_role);
  const lanes = create_lanes(db_url, {
    size: options.connections ?? 10,
    application_name: "data-api",
  });
  const keeper = await keep_schema_cache(db_url, lanes, schemas, log).catch(async (error) => {
    await lanes.close();
    throw error;
  });
  const execute_options: ExecuteOptions = { lanes, anon_role, max_rows };

  async function handle(request: Request): Promise<Response> {
    const caller = await authenticate(request.headers.get("authorization"));
    const api_request = await read_request(request, limits);
    const attempt = async (once: ApiRequest) =>
      once.action === "describe"
        ? describe(once, keeper.current())
        : execute(once, caller, keeper.current(), execute_options);
    try {
      return await attempt(api_request);
    } catch (error) {
      if (!(error instanceof ApiError && error.cache_may_be_stale)) throw error;
      // Migrations come after the start and need not notify: nobody should have to restart for them.
      await keeper.reload().catch((failure) => {
        throw from_postgres(failure, true);
      });
      return attempt(api_request);
    }
  }

  return {
    async fetch(request) {
      try {
        return await handle(request);
      } catch (error) {
        const refusal = error instanceof ApiError ? error : internal(error, log);
        if (refusal.status >= 500) {
          log(
            `${request.method} ${new URL(request.url).pathname}: ${refusal.status} ${refusal.code}`,
          );
        }
        return respond_error(request.method, refusal);
      }
    },
    async close() {
      await Promise.all([keeper.close(), lanes.close()]);
    },
  };
}

function internal(error: unknown, log: (line: string) => void): ApiError {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ApiError(500, "PGRSTX00", "Internal error of the embedded Data API");
}
