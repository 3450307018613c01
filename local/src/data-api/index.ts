/**
 * The Data API: the part of PostgREST that supabase-js needs, on one Postgres. It refuses the rest and names the
 * difference. Postgres alone decides what a caller may do.
 */
import { Bodies, type BodyLimits, BodyRefused, visitorLimits } from "../bodies.ts";
import { createLanes } from "../database/lanes.ts";
import type { Service } from "../service.ts";
import { ApiError } from "./api-error.ts";
import { keepSchemaCache } from "./cache-keeper.ts";
import { describe } from "./describe.ts";
import { type ExecuteOptions, execute } from "./execute.ts";
import { type Caller, createAuthenticate } from "./jwt.ts";
import { fromPostgres } from "./pg-error.ts";
import { type ApiRequest, readRequest } from "./request.ts";
import { respondError } from "./respond.ts";

export interface DataApiOptions {
  /** Address for the role authenticator, which may become the roles in tokens. */
  db_url: string;
  /** HS256. */
  jwt_secret: string;
  /** The exposed schemas; a request that names none uses the first. */
  schemas: readonly string[];
  /** The most rows in one answer. */
  max_rows: number;
  /** Role without a token. Default: anon. */
  anonRole?: string;
  /** Connections. Default: 10, as under `supabase start`. */
  connections?: number;
  /** Default: 10 MiB with a secret key, `visitorLimits` without. */
  bodyLimits?: Partial<BodyLimits>;
  log?: (line: string) => void;
}

const secretKeyBytes = 10 * 1024 * 1024;

/** Paths are PostgREST's own: `/<table>` and `/rpc/<function>`. Fails when the database cannot be read. */
export async function createDataApi(options: DataApiOptions): Promise<Service> {
  const { db_url: dbUrl, schemas, max_rows: maxRows, anonRole = "anon", log = () => {} } = options;
  const bodies = new Bodies({ secretKeyBytes, ...visitorLimits, ...options.bodyLimits });
  const authenticate = createAuthenticate(options.jwt_secret, anonRole);
  const lanes = createLanes(dbUrl, {
    size: options.connections ?? 10,
    applicationName: "data-api",
  });
  const keeper = await keepSchemaCache(dbUrl, lanes, schemas, log).catch(async (error) => {
    await lanes.close();
    throw error;
  });
  const executeOptions: ExecuteOptions = { lanes, anonRole, max_rows: maxRows };

  async function handle(request: Request): Promise<Response> {
    const caller = await authenticate(request.headers.get("authorization"));
    const body = bodies.hold(caller.role);
    try {
      return await answer(await readRequest(request, schemas, body.read), caller);
    } finally {
      body.release();
    }
  }

  async function answer(apiRequest: ApiRequest, caller: Caller): Promise<Response> {
    const attempt = async (once: ApiRequest) =>
      once.action === "describe"
        ? describe(once, keeper.current())
        : execute(once, caller, keeper.current(), executeOptions);
    try {
      return await attempt(apiRequest);
    } catch (error) {
      if (!(error instanceof ApiError && error.cacheMayBeStale)) throw error;
      // Migrations come after the start and need not notify; they should not require a restart.
      await keeper.reload().catch((failure) => {
        throw fromPostgres(failure, true);
      });
      return attempt(apiRequest);
    }
  }

  return {
    async fetch(request) {
      try {
        return await handle(request);
      } catch (error) {
        if (error instanceof BodyRefused) return respondError(request.method, refusedBody(error));
        const refusal = error instanceof ApiError ? error : internal(error, log);
        if (refusal.status >= 500) {
          log(
            `${request.method} ${new URL(request.url).pathname}: ${refusal.status} ${refusal.code}`,
          );
        }
        return respondError(request.method, refusal);
      }
    },
    async close() {
      await Promise.all([keeper.close(), lanes.close()]);
    },
  };
}

/** PostgREST has no such limits, and so no codes for them. */
function refusedBody({ status, message }: BodyRefused): ApiError {
  if (status === 413) return new ApiError(413, "PGRST102", message);
  return new ApiError(503, "PGRSTX00", message, { headers: { "Retry-After": "1" } });
}

function internal(error: unknown, log: (line: string) => void): ApiError {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new ApiError(500, "PGRSTX00", "Internal error of the embedded Data API");
}
