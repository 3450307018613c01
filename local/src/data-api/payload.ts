/** The request's body. Its JSON is parsed only to learn its keys: Postgres gets the caller's own text. */
import { parse_json } from "../parse-json.ts";
import { ApiError } from "./api-error.ts";

export interface Payload {
  json: string;
  is_array: boolean;
  keys: string[];
}

const NO_ROWS: Payload = { json: "[]", is_array: true, keys: [] };
// Formats that PostgREST reads and this does not.
const READ_BY_POSTGREST =
  /^(text\/csv|text\/plain|text\/xml|application\/x-www-form-urlencoded|application\/octet-stream)$/;

export async function read_body(request: Request, max_bytes: number): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > max_bytes) throw too_large(announced, max_bytes);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > max_bytes) throw too_large(bytes, max_bytes);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw invalid_body("Empty or invalid json");
  }
}

/** @param columns the keys, given by the caller: then the text goes to Postgres unread */
export function parse_payload(
  body: string,
  content_type: string | null,
  columns: string[] | null,
  is_call: boolean,
): Payload {
  refuse_other_types(content_type);
  if (columns) return { json: body, is_array: !/^\s*\{/.test(body), keys: [...new Set(columns)] };
  if (body === "" && is_call) return { json: "{}", is_array: false, keys: [] };
  const value = parsed(body);
  if (Array.isArray(value)) return array_payload(body, value);
  if (typeof value !== "object" || value === null) return NO_ROWS;
  return { json: body, is_array: false, keys: Object.keys(value) };
}

function array_payload(body: string, rows: unknown[]): Payload {
  if (rows.length === 0) return NO_ROWS;
  const signature = (row: unknown) =>
    typeof row === "object" && row !== null && !Array.isArray(row)
      ? JSON.stringify(Object.keys(row).sort())
      : null;
  const first = signature(rows[0]);
  if (first === null || rows.some((row) => signature(row) !== first)) {
    throw invalid_body("All object keys must match");
  }
  return { json: body, is_array: true, keys: JSON.parse(first) };
}

function parsed(body: string): unknown {
  try {
    return parse_json(body);
  } catch {
    throw invalid_body("Empty or invalid json");
  }
}

function refuse_other_types(content_type: string | null): void {
  const name = (content_type ?? "application/json").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (name === "application/json") return;
  if (!READ_BY_POSTGREST.test(name)) throw invalid_body(`Content-Type not acceptable: ${name}`);
  throw new ApiError(415, "PGRST102", `Content-Type not acceptable: ${name}`, {
    details: `The embedded Data API reads JSON only; PostgREST has ${name}.`,
  });
}

function invalid_body(message: string): ApiError {
  return new ApiError(400, "PGRST102", message);
}

function too_large(bytes: number, max_bytes: number): ApiError {
  const [met, limit] = [bytes, max_bytes].map((n) => n.toLocaleString("en-US"));
  return new ApiError(
    413,
    "PGRST102",
    `Cannot read the body: it has at least ${met} bytes, limit ${limit}.`,
  );
}
