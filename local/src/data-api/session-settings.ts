/** The statement that opens each transaction. It sets the caller's role and describes the request. */
import type { Statement } from "../database/lanes.ts";
import type { Caller } from "./jwt.ts";
import type { ApiRequest } from "./request.ts";
import type { Setting } from "./schema-cache.ts";
import { ident, join, param, render, sql } from "./sql.ts";

// Supabase's PostgREST resolves names without a schema here, besides the exposed schema.
const extraSearchPath = ["public", "extensions"];

/**
 * @param roleSettings `alter role … set` of the caller's role
 * @param functionSettings settings of the called function that must apply before it starts
 */
export function sessionSettings(
  request: ApiRequest,
  caller: Caller,
  roleSettings: readonly Setting[],
  functionSettings: readonly Setting[],
): Statement {
  const { headers, cookies } = splitCookies(request.headers);
  const settings: Setting[] = [
    ["search_path", searchPath(request.schema)],
    // Before the role changes: some may be set by authenticator and not by the role itself.
    ...roleSettings,
    ["role", caller.role],
    ["request.jwt.claims", JSON.stringify(caller.claims)],
    ["request.method", request.method],
    ["request.path", request.path],
    ["request.headers", JSON.stringify(headers)],
    ["request.cookies", JSON.stringify(cookies)],
    ...functionSettings,
  ];
  const calls = settings.map(
    ([name, value]) => sql`set_config(${param(name)}, ${param(value)}, true)`,
  );
  return render(sql`select ${join(calls, ", ")}`);
}

function searchPath(schema: string): string {
  const schemas = new Set([schema, ...extraSearchPath]);
  return [...schemas].map((name) => render(ident(name)).text).join(", ");
}

function splitCookies(all: Headers): {
  headers: Record<string, string>;
  cookies: Record<string, string>;
} {
  const { cookie, ...headers } = Object.fromEntries(all);
  const pairs = (cookie ?? "").split(";").map((pair) => pair.trim());
  const cookies = Object.fromEntries(
    pairs.filter((pair) => pair.includes("=")).map((pair) => splitOnce(pair, "=")),
  );
  return { headers, cookies };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}
