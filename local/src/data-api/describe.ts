/** OPTIONS: which methods a table or function takes. */
import { ApiError } from "./api-error.ts";
import { find_table } from "./find-table.ts";
import type { ApiRequest } from "./request.ts";
import type { SchemaCache } from "./schema-cache.ts";

export function describe(request: ApiRequest, cache: SchemaCache): Response {
  const allow = request.is_call ? call_methods(request, cache) : table_methods(request, cache);
  return new Response(null, {
    status: 200,
    headers: { Allow: allow, "Access-Control-Allow-Origin": "*" },
  });
}

function call_methods({ schema, name }: ApiRequest, cache: SchemaCache): string {
  const [routine] = cache.routines.get(schema)?.get(name) ?? [];
  if (!routine) {
    const message = `Could not find the function ${schema}.${name} without parameters in the schema cache`;
    throw new ApiError(404, "PGRST202", message, { cache_may_be_stale: true });
  }
  return routine.volatile ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST";
}

function table_methods({ schema, name }: ApiRequest, cache: SchemaCache): string {
  const table = find_table(cache, schema, name);
  return [
    "OPTIONS,GET,HEAD",
    table.insertable && "POST",
    table.updatable && "PATCH",
    table.deletable && "DELETE",
  ]
    .filter(Boolean)
    .join(",");
}
