/** The request's body. Its JSON is parsed only to find its keys; Postgres gets the caller's own text. */
import { parseJson } from "../parse-json.ts";
import { ApiError } from "./api-error.ts";

export interface Payload {
  json: string;
  is_array: boolean;
  keys: string[];
}

const noRows: Payload = { json: "[]", is_array: true, keys: [] };
// Formats that PostgREST reads and this API doesn't.
const readByPostgrest =
  /^(text\/csv|text\/plain|text\/xml|application\/x-www-form-urlencoded|application\/octet-stream)$/;

export function decodeBody(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidBody("Empty or invalid json");
  }
}

/** @param columns the keys, if the caller gives them: the text then goes to Postgres unparsed */
export function parsePayload(
  body: string,
  contentType: string | null,
  columns: string[] | null,
  isCall: boolean,
): Payload {
  refuseOtherTypes(contentType);
  if (columns) return { json: body, is_array: !/^\s*\{/.test(body), keys: [...new Set(columns)] };
  if (body === "" && isCall) return { json: "{}", is_array: false, keys: [] };
  const value = parsed(body);
  if (Array.isArray(value)) return arrayPayload(body, value);
  if (typeof value !== "object" || value === null) return noRows;
  return { json: body, is_array: false, keys: Object.keys(value) };
}

function arrayPayload(body: string, rows: unknown[]): Payload {
  if (rows.length === 0) return noRows;
  const signature = (row: unknown) =>
    typeof row === "object" && row !== null && !Array.isArray(row)
      ? JSON.stringify(Object.keys(row).sort())
      : null;
  const first = signature(rows[0]);
  if (first === null || rows.some((row) => signature(row) !== first)) {
    throw invalidBody("All object keys must match");
  }
  return { json: body, is_array: true, keys: JSON.parse(first) };
}

function parsed(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    throw invalidBody("Empty or invalid json");
  }
}

function refuseOtherTypes(contentType: string | null): void {
  const name = (contentType ?? "application/json").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (name === "application/json") return;
  if (!readByPostgrest.test(name)) throw invalidBody(`Content-Type not acceptable: ${name}`);
  throw new ApiError(415, "PGRST102", `Content-Type not acceptable: ${name}`, {
    details: `The embedded Data API reads JSON only; PostgREST has ${name}.`,
  });
}

function invalidBody(message: string): ApiError {
  return new ApiError(400, "PGRST102", message);
}
