/** OPTIONS: the methods of a table or function. */
import { ApiError } from "./api-error.ts";
import { findTable } from "./find-table.ts";
import type { ApiRequest } from "./request.ts";
import type { SchemaCache } from "./schema-cache.ts";

export function describe(request: ApiRequest, cache: SchemaCache): Response {
  const allow = request.isCall ? callMethods(request, cache) : tableMethods(request, cache);
  return new Response(null, {
    status: 200,
    headers: { Allow: allow, "Access-Control-Allow-Origin": "*" },
  });
}

function callMethods({ schema, name }: ApiRequest, cache: SchemaCache): string {
  const [routine] = cache.routines.get(schema)?.get(name) ?? [];
  if (!routine) {
    const message = `Could not find the function ${schema}.${name} without parameters in the schema cache`;
    throw new ApiError(404, "PGRST202", message, { cacheMayBeStale: true });
  }
  return routine.volatile ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST";
}

function tableMethods({ schema, name }: ApiRequest, cache: SchemaCache): string {
  const table = findTable(cache, schema, name);
  return [
    "OPTIONS,GET,HEAD",
    table.insertable && "POST",
    table.updatable && "PATCH",
    table.deletable && "DELETE",
  ]
    .filter(Boolean)
    .join(",");
}
