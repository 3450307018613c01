import { ApiError } from "./api-error.ts";
import type { SchemaCache, Table } from "./schema-cache.ts";
import { mostSimilar } from "./similar-name.ts";

export function findTable(cache: SchemaCache, schema: string, name: string): Table {
  const known = cache.tables.get(schema) ?? new Map<string, Table>();
  const table = known.get(name);
  if (table) return table;
  const similar = mostSimilar(name, known.keys(), 0.75);
  throw new ApiError(
    404,
    "PGRST205",
    `Could not find the table '${schema}.${name}' in the schema cache`,
    {
      hint: similar === null ? null : `Perhaps you meant the table '${schema}.${similar}'`,
      cacheMayBeStale: true,
    },
  );
}

/** The type to read a column's JSON as. */
export function columnType(table: Table, column: string): string {
  const type = table.columns.get(column);
  if (type !== undefined) return type;
  throw new ApiError(
    400,
    "PGRST204",
    `Could not find the '${column}' column of '${table.name}' in the schema cache`,
    { cacheMayBeStale: true },
  );
}
