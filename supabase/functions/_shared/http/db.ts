/** The functions' only way to the database: one RPC per request, with the role of the key. */
import { createClient, type PostgrestError } from "@supabase/supabase-js";
import { type ErrorCode, errorStatus, KultiError } from "../protocol/errors.ts";
import type { Rpcs, RpcTable } from "./rpcs.ts";

/** @typeParam Callable The RPCs that this key may call. */
export interface Database<Callable extends RpcTable<Callable> = Rpcs> {
  /** @throws KultiError for a refusal, with its stable code; DatabaseError when the database could not answer. */
  call<Name extends keyof Callable & string>(
    name: Name,
    args: Callable[Name]["args"],
  ): Promise<Callable[Name]["result"]>;
}

/** The database did not answer, or not as agreed. */
export class DatabaseError extends KultiError {
  /** For the log: the RPC, the HTTP status and the error's code; never its text, which may quote values. */
  readonly facts: { rpc: string; status: number; sqlstate: string };

  constructor(
    code: ErrorCode,
    message: string,
    facts: DatabaseError["facts"],
    retryAfterS?: number,
  ) {
    super(code, message, retryAfterS === undefined ? {} : { retryAfterS });
    this.facts = facts;
  }
}

/**
 * @param key the project's secret key, or the publishable one for what anyone may read
 * @param timeoutMs how long one RPC may take before the caller gets a "try again"
 */
export function connectDatabase<Callable extends RpcTable<Callable> = Rpcs>({
  url,
  key,
  timeoutMs = 15_000,
}: {
  url: string;
  key: string;
  timeoutMs?: number;
}): Database<Callable> {
  const client = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
  return {
    async call(name, args) {
      const { data, error, status } = await client
        .rpc(name, args)
        .abortSignal(AbortSignal.timeout(timeoutMs));
      if (error) throw refusalOf(error, status, name);
      return data;
    },
  };
}

/** SQL refuses with `raise sqlstate 'PT4xx' or 'PT503' using message, detail = <code>, hint = <seconds to wait>`. */
function refusalOf(error: PostgrestError, status: number, rpc: string): KultiError {
  // A reply that is not PostgREST's, such as a proxy's page, has no code.
  const sqlstate = error.code ?? "";
  if (/^PT(4\d\d|503)$/.test(sqlstate) && isErrorCode(error.details)) {
    const seconds = Number(error.hint);
    return new KultiError(
      error.details,
      error.message,
      [429, 503].includes(errorStatus[error.details])
        ? { retryAfterS: seconds > 0 ? seconds : 1 }
        : {},
    );
  }
  const facts = { rpc, status, sqlstate };
  if (isPassing(sqlstate, status)) {
    const message = "Cannot reach the database now. Try again with the same ids.";
    return new DatabaseError("unavailable", message, facts, 1);
  }
  if (isRefusedValue(sqlstate)) {
    const message = "Cannot store this: the database refused one of its values.";
    return new DatabaseError("invalid_request", message, facts);
  }
  return new DatabaseError("internal", "Cannot answer: the database failed.", facts);
}

function isErrorCode(detail: string | null): detail is ErrorCode {
  return detail !== null && Object.hasOwn(errorStatus, detail);
}

/** No connection, too many, a failover, a deadlock, a timeout: the same request may succeed a moment later. */
function isPassing(sqlstate: string, status: number): boolean {
  if (/^(08|40|53|57)...$|^55P03$|^25006$|^PGRST00\d$/.test(sqlstate)) return true;
  return sqlstate === "" && (status === 0 || status >= 500);
}

/** The checks in SQL back up the validator: a value that only they refuse is still the caller's mistake. */
function isRefusedValue(sqlstate: string): boolean {
  return /^22...$|^23514$|^5400.$/.test(sqlstate);
}
