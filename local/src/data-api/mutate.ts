/** The statements of insert, upsert, update and delete. Postgres checks the caller's rights. */
import { ApiError, notEmbeddedHere } from "./api-error.ts";
import type { Logic } from "./filter-grammar.ts";
import { columnType, findTable } from "./find-table.ts";
import { jsonRows } from "./json-rows.ts";
import { outcomeColumns, shapeOf } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import type { Preferences } from "./preferences.ts";
import { relationOf } from "./read.ts";
import { type Relation, selectList, where } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import type { SchemaCache, Table } from "./schema-cache.ts";
import { empty, ident, join, render, type Sql, sql } from "./sql.ts";

export function planMutation(request: ApiRequest, cache: SchemaCache): Plan {
  const { action, accept, query, preferences } = request;
  const table = findTable(cache, request.schema, request.name);
  if (preferences.missing === "default") throw notEmbeddedHere("Prefer: missing=default");
  // The answer's Location header is the key of the inserted row.
  if (preferences.returns === "headers-only") {
    throw notEmbeddedHere("Prefer: return=headers-only");
  }
  const kind = action === "insert" || action === "update" ? action : "delete";
  const returnsRows = preferences.returns === "representation";
  const source: Relation = { name: sql`pgrst_source`, columns: table.columns };
  // Returning rows requires the right to select them; `returning 1` does not.
  const returned = returnsRows ? sql`${relationOf(table).name}.*` : sql`1`;
  const columns = outcomeColumns(
    shapeOf(accept),
    { rows: sql`count(pgrst_row)`, total: sql`null`, inserted: inserted },
    returnsRows,
  );
  const selected = returnsRows ? selectList(query.select, source) : sql`*`;
  return {
    kind,
    main: render(sql`with pgrst_source as (${mutation(kind, request, table, returned)})
      select ${columns} from (select ${selected} from pgrst_source) pgrst_row`),
    explain: null,
    read_only: false,
    settings: [],
    returnsNothing: !returnsRows,
    returns_set: true,
  };
}

function mutation(
  kind: "insert" | "update" | "delete",
  { query, preferences, payload }: ApiRequest,
  table: Table,
  returned: Sql,
): Sql {
  const { name } = relationOf(table);
  const filters = where(query.filters, relationOf(table));
  if (kind === "delete") {
    refuseAllRows("DELETE", query.filters);
    return sql`delete from ${name}${filters} returning ${returned}`;
  }
  if (!payload) throw new ApiError(400, "PGRST102", "Empty or invalid json");
  const columns = payload.keys.map((key) => ({ name: key, type: columnType(table, key) }));
  const rows = jsonRows(payload, columns, false);
  const names = columns.map((column) => ident(column.name));
  if (kind === "insert") {
    const keys = query.onConflict ?? table.primary_key;
    const upsert = keys.length > 0 ? preferences.resolution : null;
    return sql`${insert(name, names, rows, upsert, keys.map(ident))} returning ${returned}`;
  }
  // No columns to set: touch no row.
  if (names.length === 0) return sql`select ${returned} from ${name} where false`;
  refuseAllRows("UPDATE", query.filters);
  const assignments = names.map((column) => sql`${column} = pgrst_body.${column}`);
  return sql`update ${name} set ${join(assignments, ", ")} from ${rows}${filters} returning ${returned}`;
}

/** Stands in for `safeupdate`, which Supabase loads into every session of the Data API and npm's Postgres lacks. */
function refuseAllRows(command: "UPDATE" | "DELETE", filters: readonly Logic[]): void {
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
  const counted = upsert === "merge-duplicates" ? sql` where ${countInserted("+ 1")}` : empty;
  if (upsert === "ignore-duplicates" || names.length === 0) {
    return sql`${plain}${counted} ${target} do nothing`;
  }
  const assignments = names.map((name) => sql`${name} = excluded.${name}`);
  return sql`${plain}${counted} ${target} do update set ${join(assignments, ", ")} where ${countInserted("- 1")}`;
}

// Postgres does not say which rows of an upsert were inserted: each row counts up when it is offered and down
// again when it becomes an update.
const inserted = sql`nullif(current_setting('pgrst.inserted', true), '')`;

function countInserted(step: "+ 1" | "- 1"): Sql {
  const counted =
    step === "+ 1" ? sql`coalesce(${inserted}::int, 0) + 1` : sql`${inserted}::int - 1`;
  return sql`set_config('pgrst.inserted', (${counted})::text, true) is not null`;
}
