/** A JSON payload as a relation `pgrst_body` with typed columns. */
import type { Payload } from "./payload.ts";
import { ident, join, param, type Sql, sql, trusted } from "./sql.ts";

export interface TypedColumn {
  name: string;
  /** As the catalog writes it. */
  type: string;
}

/** For use after `from`. Its names must be unique there. */
export function jsonRows(
  payload: Payload,
  columns: readonly TypedColumn[],
  firstRowOnly: boolean,
): Sql {
  const json = sql`(select ${param(payload.json)}::json as json_data) pgrst_payload`;
  return sql`${json}, lateral (${rowsOf(payload, columns, firstRowOnly)}) pgrst_body`;
}

function rowsOf(payload: Payload, columns: readonly TypedColumn[], firstRowOnly: boolean): Sql {
  if (columns.length === 0) {
    return payload.is_array
      ? sql`select from json_array_elements(pgrst_payload.json_data)`
      : sql`select`;
  }
  const names = join(
    columns.map(({ name }) => ident(name)),
    ", ",
  );
  const definitions = columns.map(({ name, type }) => sql`${ident(name)} ${trusted(type)}`);
  const expand = payload.is_array ? sql`json_to_recordset` : sql`json_to_record`;
  const limit = firstRowOnly ? sql` limit 1` : sql``;
  return sql`select ${names} from ${expand}(pgrst_payload.json_data) as _ (${join(definitions, ", ")})${limit}`;
}
