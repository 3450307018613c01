/** The statements of insert, upsert, update and delete. Whether the caller may is left to Postgres. */
import { ApiError, not_embedded_here } from "./api-error.ts";
import type { Logic } from "./filter-grammar.ts";
import { column_type, find_table } from "./find-table.ts";
import { json_rows } from "./json-rows.ts";
import { outcome_columns, shape_of } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import type { Preferences } from "./preferences.ts";
import { relation_of } from "./read.ts";
import { type Relation, select_list, where } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import type { SchemaCache, Table } from "./schema-cache.ts";
import { empty, ident, join, render, type Sql, sql } from "./sql.ts";

export function plan_mutation(request: ApiRequest, cache: SchemaCache): Plan {
  const { action, accept, query, preferences } = request;
  const table = find_table(cache, request.schema, request.name);
  if (preferences.missing === "default") throw not_embedded_here("Prefer: missing=default");
  // It is asked for its Location, the key of what was inserted.
  if (preferences.returns === "headers-only") {
    throw not_embedded_here("Prefer: return=headers-only");
  }
  const kind = action === "insert" || action === "update" ? action : "delete";
  const returns_rows = preferences.returns === "representation";
  const source: Relation = { name: sql`pgrst_source`, columns: table.columns };
  // Returning rows takes the right to select them; `returning 1` does not.
  const returned = returns_rows ? sql`${relation_of(table).name}.*` : sql`1`;
  const columns = outcome_columns(
    shape_of(accept),
    { rows: sql`count(pgrst_row)`, total: sql`null`, inserted: INSERTED },
    returns_rows,
  );
  const selected = returns_rows ? select_list(query.select, source) : sql`*`;
  return {
    kind,
    main: render(sql`with pgrst_source as (${mutation(kind, request, table, returned)})
      select ${columns} from (select ${selected} from pgrst_source) pgrst_row`),
    explain: null,
    read_only: false,
    settings: [],
    returns_nothing: !returns_rows,
    returns_set: true,
  };
}

function mutation(
  kind: "insert" | "update" | "delete",
  { query, preferences, payload }: ApiRequest,
  table: Table,
  returned: Sql,
): Sql {
  const { name } = relation_of(table);
  const filters = where(query.filters, relation_of(table));
  if (kind === "delete") {
    refuse_all_rows("DELETE", query.filters);
    return sql`delete from ${name}${filters} returning ${returned}`;
  }
  if (!payload) throw new ApiError(400, "PGRST102", "Empty or invalid json");
  const columns = payload.keys.map((key) => ({ name: key, type: column_type(table, key) }));
  const rows = json_rows(payload, columns, false);
  const names = columns.map((column) => ident(column.name));
  if (kind === "insert") {
    const keys = query.on_conflict ?? table.primary_key;
    const upsert = keys.length > 0 ? preferences.resolution : null;
    return sql`${insert(name, names, rows, upsert, keys.map(ident))} returning ${returned}`;
  }
  // Nothing to set: no row is touched.
  if (names.length === 0) return sql`select ${returned} from ${name} where false`;
  refuse_all_rows("UPDATE", query.filters);
  const assignments = names.map((column) => sql`${column} = pgrst_body.${column}`);
  return sql`update ${name} set ${join(assignments, ", ")} from ${rows}${filters} returning ${returned}`;
}

/** Stands in for `safeupdate`, which Supabase loads into every session of the Data API and npm's Postgres lacks. */
function refuse_all_rows(command: "UPDATE" | "DELETE", filters: readonly Logic[]): void {
  if (filters.length === 0) throw new ApiError(400, "21000", `${command} requires a WHERE clause`);
}

function insert(
  table: Sql,
  names: Sql[],
  rows: Sql,
  upsert: Preferences["resolution"],
  keys: Sql[],
): Sql {
  const columns = names.length > 0 ? sql` (${join(names, ", ")})` : empty;
  const values = join(
    names.map((name) => sql`pgrst_body.${name}`),
    ", ",
  );
  const plain = sql`insert into ${table}${columns} select ${values} from ${rows}`;
  if (upsert === null) return plain;
  const target = sql`on conflict (${join(keys, ", ")})`;
  const counted = upsert === "merge-duplicates" ? sql` where ${count_inserted("+ 1")}` : empty;
  if (upsert === "ignore-duplicates" || names.length === 0) {
    return sql`${plain}${counted} ${target} do nothing`;
  }
  const assignments = names.map((name) => sql`${name} = excluded.${name}`);
  return sql`${plain}${counted} ${target} do update set ${join(assignments, ", ")} where ${count_inserted("- 1")}`;
}

// Postgres does not tell which rows of an upsert were inserted: each row counts itself up when it is offered and down
// again when it turns into an update.
const INSERTED = sql`nullif(current_setting('pgrst.inserted', true), '')`;

function count_inserted(step: "+ 1" | "- 1"): Sql {
  const counted =
    step === "+ 1" ? sql`coalesce(${INSERTED}::int, 0) + 1` : sql`${INSERTED}::int - 1`;
  return sql`set_config('pgrst.inserted', (${counted})::text, true) is not null`;
}
