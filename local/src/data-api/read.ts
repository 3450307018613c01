/** The statement of a table read. */
import { findTable } from "./find-table.ts";
import { outcomeColumns, shapeOf } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import { atMost } from "./range.ts";
import { limitOffset, orderBy, type Relation, selectList, where } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import type { SchemaCache, Table } from "./schema-cache.ts";
import { empty, ident, param, render, sql } from "./sql.ts";

export function relationOf(table: Table): Relation {
  return { name: sql`${ident(table.schema)}.${ident(table.name)}`, columns: table.columns };
}

export function planRead(request: ApiRequest, cache: SchemaCache, maxRows: number): Plan {
  const { query, method, preferences, accept } = request;
  const table = relationOf(findTable(cache, request.schema, request.name));
  const filters = where(query.filters, table);
  const matching = sql`select 1 from ${table.name}${filters}`;
  const counted = preferences.count === "exact" || preferences.count === "estimated";
  // An estimate is exact up to the number of rows that one answer can hold.
  const bound =
    preferences.count === "estimated" ? sql` limit ${param(String(maxRows + 1))}` : empty;
  const columns = outcomeColumns(
    shapeOf(accept),
    {
      rows: sql`count(pgrst_row)`,
      total: counted ? sql`select count(*) from (${matching}${bound}) pgrst_matching` : sql`null`,
    },
    method !== "HEAD",
  );
  const main = sql`select ${columns} from (
      select ${selectList(query.select, table)} from ${table.name}${filters}${orderBy(query.order, table)}${limitOffset(atMost(request.range, maxRows))}
    ) pgrst_row`;
  const guessed = preferences.count === "planned" || preferences.count === "estimated";
  return {
    kind: "read",
    main: render(main),
    explain: guessed ? render(sql`explain (format json) ${matching}`) : null,
    read_only: true,
    settings: [],
    returnsNothing: false,
    returns_set: true,
  };
}
