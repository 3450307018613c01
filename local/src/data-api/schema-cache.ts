/** The exposed functions and tables, as PostgREST caches them from the catalog. */
import type { Lanes } from "../database/lanes.ts";
import { catalogQuery } from "./catalog-query.ts";
import { arrayLiteral } from "./sql.ts";

export type Setting = [name: string, value: string];

export interface Parameter {
  /** Empty when unnamed. */
  name: string;
  type: string;
  required: boolean;
  variadic: boolean;
}

export interface Routine {
  schema: string;
  name: string;
  parameters: Parameter[];
  returns_set: boolean;
  returns_composite: boolean;
  returns_void: boolean;
  /** The table whose rows it returns, if any: its columns have known types. */
  returns_table: string | null;
  volatile: boolean;
  /** The settings of `create function … set` that must apply before the call begins. */
  settings: Setting[];
}

export interface Table {
  schema: string;
  name: string;
  /** Type by column. */
  columns: Map<string, string>;
  primary_key: string[];
  insertable: boolean;
  updatable: boolean;
  deletable: boolean;
}

export interface SchemaCache {
  /** By schema and name; more than one when overloaded. */
  routines: Map<string, Map<string, Routine[]>>;
  tables: Map<string, Map<string, Table>>;
  role_settings: Map<string, Setting[]>;
}

interface Catalog {
  routines: Routine[];
  tables: (Omit<Table, "columns"> & { columns: [name: string, type: string][] })[];
  role_settings: { role: string; settings: Setting[] }[];
}

export async function loadSchemaCache(
  lanes: Lanes,
  schemas: readonly string[],
): Promise<SchemaCache> {
  const [, rows] = await lanes.run({
    read_only: true,
    statements: [
      // Postgres then writes types with their schema, so they mean the same under every search path.
      { text: "set local search_path = ''", values: [] },
      { text: catalogQuery, values: [arrayLiteral(schemas)] },
    ],
  });
  const catalog: Catalog = JSON.parse(rows?.[0]?.catalog ?? "{}");
  const cache: SchemaCache = {
    routines: new Map(schemas.map((schema) => [schema, new Map()])),
    tables: new Map(schemas.map((schema) => [schema, new Map()])),
    role_settings: new Map(catalog.role_settings.map(({ role, settings }) => [role, settings])),
  };
  for (const routine of catalog.routines) {
    const named = cache.routines.get(routine.schema);
    named?.set(routine.name, [...(named.get(routine.name) ?? []), routine]);
  }
  for (const table of catalog.tables) {
    cache.tables.get(table.schema)?.set(table.name, { ...table, columns: new Map(table.columns) });
  }
  return cache;
}
