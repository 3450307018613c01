/** The one row that every main statement returns, and the expressions that fill it. */
import type { Row } from "../database/lanes.ts";
import type { MediaType } from "./media-type.ts";
import { type Sql, sql } from "./sql.ts";

export interface Outcome {
  body: string;
  /** Rows in the body. */
  rows: number;
  /** Number of rows without limit and offset; null if the caller did not ask. */
  total: number | null;
  /** GUCs by which a function sets the response's headers and status. */
  responseHeaders: string | null;
  responseStatus: string | null;
  /** An upsert's inserted rows, without the updated ones. */
  inserted: number | null;
}

export interface BodyShape {
  /** The column `pgrst_scalar` of each row instead of the row. */
  scalar: boolean;
  /** Only the first row. */
  single: boolean;
  stripNulls: boolean;
}

/** @param withBody false for HEAD and for requests that return nothing */
export function outcomeColumns(
  shape: BodyShape,
  counts: { rows: Sql; total: Sql; inserted?: Sql },
  withBody: boolean,
): Sql {
  return sql`(${counts.total})::text as total, (${counts.rows})::text as rows,
    ${withBody ? body(shape) : sql`''`} as body,
    nullif(current_setting('response.headers', true), '') as response_headers,
    nullif(current_setting('response.status', true), '') as response_status,
    ${counts.inserted ?? sql`null`} as inserted`;
}

function body({ scalar, single, stripNulls }: BodyShape): Sql {
  const row = scalar ? sql`pgrst_row.pgrst_scalar` : sql`pgrst_row`;
  const rows = stripNulls ? sql`json_strip_nulls(json_agg(${row}))` : sql`json_agg(${row})`;
  return single ? sql`coalesce(${rows}->0, 'null')::text` : sql`coalesce(${rows}, '[]')::text`;
}

export function shapeOf(accept: MediaType, scalar = false, single = false): BodyShape {
  return { scalar, single: single || accept.single, stripNulls: accept.stripNulls };
}

export function outcomeOf(rows: Row[] | undefined): Outcome {
  const row = rows?.[0] ?? {};
  const number = (value: string | null | undefined) => (value == null ? null : Number(value));
  return {
    body: row.body ?? "",
    rows: number(row.rows) ?? 0,
    total: number(row.total),
    responseHeaders: row.response_headers ?? null,
    responseStatus: row.response_status ?? null,
    inserted: number(row.inserted),
  };
}
