/** The statement of a table read. */
import { find_table } from "./find-table.ts";
import { outcome_columns, shape_of } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import { at_most } from "./range.ts";
import { limit_offset, order_by, type Relation, select_list, where } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import type { SchemaCache, Table } from "./schema-cache.ts";
import { empty, ident, param, render, sql } from "./sql.ts";

export function relation_of(table: Table): Relation {
  return { name: sql`${ident(table.schema)}.${ident(table.name)}`, columns: table.columns };
}

export function plan_read(request: ApiRequest, cache: SchemaCache, max_rows: number): Plan {
  const { query, method, preferences, accept } = request;
  const table = relation_of(find_table(cache, request.schema, request.name));
  const filters = where(query.filters, table);
  const matching = sql`select 1 from ${table.name}${filters}`;
  const counted = preferences.count === "exact" || preferences.count === "estimated";
  // An estimate is exact up to the number of rows that one answer can hold.
  const bound =
    preferences.count === "estimated" ? sql` limit ${param(String(max_rows + 1))}` : empty;
  const columns = outcome_columns(
    shape_of(accept),
    {
      rows: sql`count(pgrst_row)`,
      total: counted ? sql`select count(*) from (${matching}${bound}) pgrst_matching` : sql`null`,
    },
    method !== "HEAD",
  );
  const main = sql`select ${columns} from (
      select ${select_list(query.select, table)} from ${table.name}${filters}${order_by(query.order, table)}${limit_offset(at_most(request.range, max_rows))}
    ) pgrst_row`;
  const guessed = preferences.count === "planned" || preferences.count === "estimated";
  return {
    kind: "read",
    main: render(main),
    explain: guessed ? render(sql`explain (format json) ${matching}`) : null,
    read_only: true,
    settings: [],
    returns_nothing: false,
    returns_set: true,
  };
}
