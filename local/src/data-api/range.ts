/** `limit`/`offset` and the Range header, and the Content-Range and status of the answer. */
import { ApiError } from "./api-error.ts";

export interface Range {
  offset: number;
  /** null: all rows. */
  limit: number | null;
}

function invalidRange(details: string): ApiError {
  return new ApiError(416, "PGRST103", "Requested range not satisfiable", { details });
}

function integer(text: string | null): number | null {
  return text !== null && /^-?\d+$/.test(text)
    ? Math.min(Number(text), Number.MAX_SAFE_INTEGER)
    : null;
}

/** The intersection of the parameters' range and the header's. The header counts on GET only. */
export function requestedRange(params: URLSearchParams, header: string | null): Range {
  const limit = integer(params.get("limit"));
  // A limit of 0 asks only for the count, with any other parameter.
  if (limit === 0) return { offset: 0, limit: 0 };
  if (limit !== null && limit < 0) {
    throw invalidRange("Limit should be greater than or equal to zero.");
  }
  const offset = Math.max(0, integer(params.get("offset")) ?? 0);
  const [, from, to] = /^(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  const lower = Math.max(offset, Number(from ?? 0));
  const upper = Math.min(
    limit === null ? Number.POSITIVE_INFINITY : offset + limit - 1,
    to ? Number(to) : Number.POSITIVE_INFINITY,
  );
  if (upper < lower) {
    throw invalidRange(
      "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
    );
  }
  return { offset: lower, limit: upper === Number.POSITIVE_INFINITY ? null : upper - lower + 1 };
}

export function atMost(range: Range, maxRows: number): Range {
  return { offset: range.offset, limit: Math.min(range.limit ?? maxRows, maxRows) };
}

/** @param total null: not counted */
export function contentRange(lower: number, rows: number, total: number | null): string {
  const span = rows > 0 && total !== 0 ? `${lower}-${lower + rows - 1}` : "*";
  return `${span}/${total ?? "*"}`;
}

/** 206 when the total is known and larger than this part; an offset beyond the total is an error. */
export function rangeStatus(lower: number, rows: number, total: number | null): number {
  if (total === null) return 200;
  if (lower > total) {
    throw invalidRange(`An offset of ${lower} was requested, but there are only ${total} rows.`);
  }
  return rows < total ? 206 : 200;
}
