/**
 * Checks a token's rights on a private channel, by row-level security on `realtime.messages`. As the real server does:
 * probe rows in a transaction that is rolled back, then select or insert as the token's role.
 */
import { randomUUID } from "node:crypto";
import { DatabaseError } from "pg";
import type { Lanes, Row, Statement } from "../database/lanes.ts";
import type { Claims } from "./token.ts";

/** Undefined: not checked yet. */
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

/** The check failed. `message` is Postgres' own for `rls` and `query_canceled`. */
export class AuthorizeError extends Error {
  readonly kind: "rls" | "query_canceled" | "missing_partition" | "unavailable";

  constructor(kind: AuthorizeError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

export function mayNotRead(topic: string): string {
  return `You do not have permissions to read from this Channel topic: ${topic}`;
}

export async function readPolicies(
  lanes: Lanes,
  asker: Asker,
  presence: boolean,
): Promise<Policies> {
  const broadcastId = randomUUID();
  const presenceId = randomUUID();
  const ids = presence ? [broadcastId, presenceId] : [broadcastId];
  const rows = await probe(lanes, [
    insertProbe(asker, "broadcast", broadcastId),
    ...(presence ? [insertProbe(asker, "presence", presenceId)] : []),
    become(asker),
    {
      text: "select id from realtime.messages where id = any($1::uuid[])",
      values: [`{${ids.join()}}`],
    },
  ]).catch((error) => {
    throw authorizeError(error);
  });
  const found = new Set(rows.map((row) => row.id));
  const policies: Policies = { broadcast: { read: found.has(broadcastId) }, presence: {} };
  if (presence) policies.presence.read = found.has(presenceId);
  return policies;
}

export async function mayWrite(lanes: Lanes, asker: Asker, extension: Extension): Promise<boolean> {
  try {
    await probe(lanes, [become(asker), insertProbe(asker, extension, randomUUID())]);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "42501") return false;
    throw authorizeError(error);
  }
}

/** @returns the rows of the last statement */
async function probe(lanes: Lanes, statements: Statement[]): Promise<Row[]> {
  const results = await lanes.run({ read_only: false, statements, ending: "rollback" });
  return results.at(-1) ?? [];
}

function insertProbe({ topic }: Asker, extension: Extension, id: string): Statement {
  return {
    text: `
      insert into realtime.messages (id, topic, extension, inserted_at, updated_at)
      values ($1, $2, $3, timezone('utc', now()), timezone('utc', now()))`,
    values: [id, topic, extension],
  };
}

function become({ topic, claims, headers }: Asker): Statement {
  return {
    text: `
      select
        set_config('role', $1, true),
        set_config('realtime.topic', $2, true),
        set_config('request.jwt.claims', $3, true),
        set_config('request.jwt.claim.sub', $4, true),
        set_config('request.jwt.claim.role', $1, true),
        set_config('request.headers', $5, true)`,
    values: [
      claims.role,
      topic,
      JSON.stringify(claims),
      typeof claims.sub === "string" ? claims.sub : "",
      JSON.stringify(headers),
    ],
  };
}

// The connection could not be made or was lost, or the server is going down.
const unavailable = /^(08|28|53|57P)/;

function authorizeError(error: unknown): AuthorizeError {
  const { code = "", message = "" } = error instanceof DatabaseError ? error : { code: "08000" };
  if (unavailable.test(code)) {
    const text = "Realtime was unable to connect to the project database";
    return new AuthorizeError("unavailable", text);
  }
  if (code === "57014") return new AuthorizeError("query_canceled", message);
  if (code === "23514") {
    const text = "Realtime was unable to find the expected messages partition";
    return new AuthorizeError("missing_partition", text);
  }
  return new AuthorizeError("rls", message);
}
