/** A request, read and sorted but not yet matched with the schema. */
import { ApiError } from "./api-error.ts";
import { accepted_media_type, type MediaType } from "./media-type.ts";
import { type Payload, parse_payload, read_body } from "./payload.ts";
import { type Preferences, parse_preferences } from "./preferences.ts";
import { parse_query_string, type QueryString } from "./query-string.ts";
import { type Range, requested_range } from "./range.ts";

export type Action = "read" | "call" | "insert" | "update" | "delete" | "describe";

export interface ApiRequest {
  action: Action;
  /** Function of /rpc/<name>, else table. */
  is_call: boolean;
  name: string;
  schema: string;
  /** The same, when there was a choice: answered as Content-Profile. */
  negotiated_schema: string | null;
  method: string;
  path: string;
  query: QueryString;
  range: Range;
  preferences: Preferences;
  accept: MediaType;
  /** null unless POST or PATCH. */
  payload: Payload | null;
  headers: Headers;
}

export interface RequestLimits {
  schemas: readonly string[];
  max_body_bytes: number;
}

export async function read_request(request: Request, limits: RequestLimits): Promise<ApiRequest> {
  const url = new URL(request.url);
  const { method, headers } = request;
  const { is_call, name } = target_of(url.pathname);
  const action = action_of(method, is_call);
  const asked_schema = asked_schema_of(headers, method, limits.schemas);
  const schema = asked_schema ?? limits.schemas[0] ?? "public";
  const query = parse_query_string(url.searchParams, is_call && method !== "POST");
  const range_header = method === "GET" ? headers.get("range") : null;
  const with_body = method === "POST" || method === "PATCH";
  return {
    action,
    is_call,
    name,
    schema,
    negotiated_schema: asked_schema ?? (limits.schemas.length > 1 ? schema : null),
    method,
    path: url.pathname,
    query,
    range: requested_range(url.searchParams, range_header),
    preferences: parse_preferences(headers.get("prefer")),
    accept: accepted_media_type(headers.get("accept")),
    payload: with_body
      ? parse_payload(
          await read_body(request, limits.max_body_bytes),
          headers.get("content-type"),
          query.columns,
          is_call,
        )
      : null,
    headers,
  };
}

function target_of(pathname: string): { is_call: boolean; name: string } {
  const [first = "", second, ...more] = pathname.slice(1).split("/").map(decode);
  if (pathname === "/") {
    throw new ApiError(404, "PGRST126", "Root endpoint metadata is disabled");
  }
  if (first === "rpc" && second && more.length === 0) return { is_call: true, name: second };
  if (first !== "" && second === undefined) return { is_call: false, name: first };
  throw new ApiError(404, "PGRST125", "Invalid path specified in request URL");
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError(404, "PGRST125", "Invalid path specified in request URL");
  }
}

const TABLE_ACTIONS: Record<string, Action> = {
  GET: "read",
  HEAD: "read",
  POST: "insert",
  PATCH: "update",
  DELETE: "delete",
};

function action_of(method: string, is_call: boolean): Action {
  if (method === "OPTIONS") return "describe";
  if (is_call) {
    if (method === "GET" || method === "HEAD" || method === "POST") return "call";
    throw new ApiError(405, "PGRST101", `Cannot use the ${method} method on RPC`);
  }
  // PUT, one row by its whole primary key, has no method in supabase-js.
  const action = TABLE_ACTIONS[method];
  if (action) return action;
  throw new ApiError(405, "PGRST117", `Unsupported HTTP method: ${method}`);
}

function asked_schema_of(
  headers: Headers,
  method: string,
  schemas: readonly string[],
): string | null {
  const reads = method === "GET" || method === "HEAD" || method === "OPTIONS";
  const asked = headers.get(reads ? "accept-profile" : "content-profile");
  if (asked === null || schemas.includes(asked)) return asked;
  throw new ApiError(406, "PGRST106", `Invalid schema: ${asked}`, {
    hint: `Only the following schemas are exposed: ${schemas.join(", ")}`,
  });
}
