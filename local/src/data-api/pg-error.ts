/** Turns Postgres' errors into PostgREST's error and status. */
import { DatabaseError } from "pg";
import { AcquireTimeout } from "../database/lanes.ts";
import { ApiError } from "./api-error.ts";

/** @param authenticated whether the caller was more than anon: tells 403 from 401 */
export function fromPostgres(error: unknown, authenticated: boolean): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof AcquireTimeout) {
    return new ApiError(504, "PGRST003", "Timed out acquiring connection from connection pool.");
  }
  if (!(error instanceof DatabaseError)) {
    return new ApiError(503, "PGRST000", "Database connection error. Retrying the connection.", {
      details: error instanceof Error ? error.message : null,
      headers: { "Retry-After": "1" },
    });
  }
  const { code = "XX000", message, detail, hint } = error;
  if (code === "PGRST") return chosenByFunction(message, detail);
  const status = statusOf(code, message, authenticated);
  return new ApiError(status, code, message, {
    details: detail ?? null,
    hint: hint ?? null,
    headers: status === 401 ? { "WWW-Authenticate": "Bearer" } : {},
  });
}

/** The most specific prefix of the SQLSTATE decides. */
const status: Record<string, number> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "23503": 409,
  "23505": 409,
  "25": 500,
  "25006": 405,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "42883": 404,
  "42P01": 404,
  "42P17": 500,
  "53": 503,
  "53400": 500,
  "54": 500,
  "55": 500,
  "57": 500,
  "57P01": 503,
  "58": 500,
  F0: 500,
  HV: 500,
  P0: 500,
  P0001: 400,
  XX: 500,
};

function statusOf(code: string, message: string, authenticated: boolean): number {
  if (code === "42501") return authenticated ? 403 : 401;
  if (code === "21000") return message.endsWith("requires a WHERE clause") ? 400 : 500;
  if (code === "22023" && /^role .* does not exist$/.test(message)) return 401;
  if (code.startsWith("PT")) return sendable(Number(code.slice(2)));
  return status[code] ?? status[code.slice(0, 2)] ?? 400;
}

/** Node sends no other status than these. */
function sendable(status: number): number {
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500;
}

interface ChosenMessage {
  code: string;
  message: string;
  details?: string;
  hint?: string;
}

interface ChosenResponse {
  status: number;
  headers: Record<string, string>;
}

/** `raise sqlstate 'PGRST' using message = '<json>', detail = '<json>'`: the function chose the whole answer. */
function chosenByFunction(message: string, detail: string | undefined): ApiError {
  const body = parseObject<ChosenMessage>(message);
  if (typeof body?.code !== "string" || typeof body.message !== "string") {
    return unreadable(`Invalid JSON value for MESSAGE: '${message}'`, messageHint);
  }
  if (detail === undefined) {
    return unreadable("DETAIL is missing in the RAISE statement", detailHint);
  }
  const response = parseObject<ChosenResponse>(detail);
  if (typeof response?.status !== "number" || typeof response.headers !== "object") {
    return unreadable(`Invalid JSON value for DETAIL: '${detail}'`, detailHint);
  }
  return new ApiError(sendable(response.status), body.code, body.message, {
    details: body.details ?? null,
    hint: body.hint ?? null,
    headers: response.headers ?? {},
  });
}

const messageHint =
  "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.";
const detailHint =
  "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";

function unreadable(details: string, hint: string): ApiError {
  const message = `Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error`;
  return new ApiError(500, "PGRST121", message, { details, hint });
}

function parseObject<T>(text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? (value as T) : null;
  } catch {
    return null;
  }
}
