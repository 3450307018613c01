/** The statement that opens each transaction: who calls, and what functions may want to know of the request. */
import type { Statement } from "../database/lanes.ts";
import type { Caller } from "./jwt.ts";
import type { ApiRequest } from "./request.ts";
import type { Setting } from "./schema-cache.ts";
import { ident, join, param, render, sql } from "./sql.ts";

// Where Supabase's PostgREST looks for what a name without schema means, besides the exposed schema.
const EXTRA_SEARCH_PATH = ["public", "extensions"];

/**
 * @param role_settings `alter role … set` of the caller's role
 * @param function_settings of the function called, those that must hold before it starts
 */
export function session_settings(
  request: ApiRequest,
  caller: Caller,
  role_settings: readonly Setting[],
  function_settings: readonly Setting[],
): Statement {
  const { headers, cookies } = split_cookies(request.headers);
  const settings: Setting[] = [
    ["search_path", search_path(request.schema)],
    // Before the role changes: some may be set by authenticator and not by the role itself.
    ...role_settings,
    ["role", caller.role],
    ["request.jwt.claims", JSON.stringify(caller.claims)],
    ["request.method", request.method],
    ["request.path", request.path],
    ["request.headers", JSON.stringify(headers)],
    ["request.cookies", JSON.stringify(cookies)],
    ...function_settings,
  ];
  const calls = settings.map(
    ([name, value]) => sql`set_config(${param(name)}, ${param(value)}, true)`,
  );
  return render(sql`select ${join(calls, ", ")}`);
}

function search_path(schema: string): string {
  const schemas = new Set([schema, ...EXTRA_SEARCH_PATH]);
  return [...schemas].map((name) => render(ident(name)).text).join(", ");
}

function split_cookies(all: Headers): {
  headers: Record<string, string>;
  cookies: Record<string, string>;
} {
  const { cookie, ...headers } = Object.fromEntries(all);
  const pairs = (cookie ?? "").split(";").map((pair) => pair.trim());
  const cookies = Object.fromEntries(
    pairs.filter((pair) => pair.includes("=")).map((pair) => split_once(pair, "=")),
  );
  return { headers, cookies };
}

function split_once(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}
