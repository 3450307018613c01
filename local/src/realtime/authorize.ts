/**
 * Decides by row-level security on `realtime.messages` what a token may do with a private channel. As the real server:
 * probe rows in a transaction that is rolled back, then select or insert as the token's role.
 */
import { randomUUID } from "node:crypto";
import postgres, { type Sql, type TransactionSql } from "postgres";
import type { Claims } from "./token.ts";

/** Undefined: not looked at yet. */
export interface Policies {
  broadcast: { read?: boolean; write?: boolean };
  presence: { read?: boolean; write?: boolean };
}

export interface Asker {
  topic: string;
  claims: Claims;
  /** Becomes the setting `request.headers`. */
  headers: Record<string, string>;
}

type Extension = keyof Policies;

/** The decision could not be made. `message` is Postgres' own for `rls` and `query_canceled`. */
export class AuthorizeError extends Error {
  readonly kind: "rls" | "query_canceled" | "missing_partition" | "unavailable";

  constructor(kind: AuthorizeError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

export function may_not_read(topic: string): string {
  return `You do not have permissions to read from this Channel topic: ${topic}`;
}

export async function read_policies(sql: Sql, asker: Asker, presence: boolean): Promise<Policies> {
  const broadcast_id = randomUUID();
  const presence_id = randomUUID();
  const ids = presence ? [broadcast_id, presence_id] : [broadcast_id];
  const { topic } = asker;
  const results = await rolled_back(sql, (tx) => [
    insert_probe(tx, topic, "broadcast", broadcast_id),
    ...(presence ? [insert_probe(tx, topic, "presence", presence_id)] : []),
    become(tx, asker),
    tx`select id from realtime.messages where id = any(${ids}::uuid[])`,
  ]);
  const rows = results.map(value_or_throw).at(-1) as { id: string }[];
  const found = new Set(rows.map((row) => row.id));
  const policies: Policies = { broadcast: { read: found.has(broadcast_id) }, presence: {} };
  if (presence) policies.presence.read = found.has(presence_id);
  return policies;
}

/** What is not asked for counts as denied. */
export async function write_policies(
  sql: Sql,
  asker: Asker,
  presence: boolean,
): Promise<{ broadcast: boolean; presence: boolean }> {
  const extensions: Extension[] = presence ? ["broadcast", "presence"] : ["broadcast"];
  const [became, ...probes] = await rolled_back(sql, (tx) => [
    become(tx, asker),
    ...extensions.flatMap((extension) => [
      tx`savepoint probe`,
      insert_probe(tx, asker.topic, extension, randomUUID()),
      tx`rollback to savepoint probe`,
    ]),
  ]);
  if (became) value_or_throw(became);
  const [broadcast, presence_write] = extensions.map((_, n) => {
    const insert = probes[n * 3 + 1];
    if (insert?.status === "rejected" && insert.reason?.code === "42501") return false;
    if (insert) value_or_throw(insert);
    return true;
  });
  return { broadcast: broadcast === true, presence: presence_write === true };
}

const ROLLBACK = Symbol("rollback");

/** All statements go out at once; their outcomes come back in order. */
async function rolled_back(
  sql: Sql,
  statements: (tx: TransactionSql) => PromiseLike<unknown>[],
): Promise<PromiseSettledResult<unknown>[]> {
  let outcomes: PromiseSettledResult<unknown>[] = [];
  const transaction = sql.begin(async (tx) => {
    outcomes = await Promise.allSettled(statements(tx));
    throw ROLLBACK;
  });
  await transaction.catch((error) => error === ROLLBACK || unavailable());
  return outcomes;
}

function insert_probe(tx: TransactionSql, topic: string, extension: Extension, id: string) {
  return tx`
    insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
    values (${id}, ${topic}, ${extension}, timezone('utc', now()), timezone('utc', now()))`;
}

function become(tx: TransactionSql, { topic, claims, headers }: Asker) {
  return tx`
    select
      set_config('role', ${claims.role}, true),
      set_config('realtime.topic', ${topic}, true),
      set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
      set_config('request.jwt.claim.sub', ${typeof claims.sub === "string" ? claims.sub : ""}, true),
      set_config('request.jwt.claim.role', ${claims.role}, true),
      set_config('request.headers', ${JSON.stringify(headers)}, true)`;
}

function value_or_throw(outcome: PromiseSettledResult<unknown>): unknown {
  if (outcome.status === "fulfilled") return outcome.value;
  const { reason } = outcome;
  // Classes 57P and 08: the server is going down or the connection is lost.
  if (!(reason instanceof postgres.PostgresError) || /^(57P|08)/.test(reason.code)) unavailable();
  const { code, message } = reason;
  if (code === "57014") throw new AuthorizeError("query_canceled", message);
  if (code === "23514") {
    const text = "Realtime was unable to find the expected messages partition";
    throw new AuthorizeError("missing_partition", text);
  }
  throw new AuthorizeError("rls", message);
}

function unavailable(): never {
  const text = "Realtime was unable to connect to the project database";
  throw new AuthorizeError("unavailable", text);
}
