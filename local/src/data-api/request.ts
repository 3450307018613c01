/** Reads a request into its parts, without looking at the schema yet. */
import { ApiError } from "./api-error.ts";
import { acceptedMediaType, type MediaType } from "./media-type.ts";
import { decodeBody, type Payload, parsePayload } from "./payload.ts";
import { type Preferences, parsePreferences } from "./preferences.ts";
import { parseQueryString, type QueryString } from "./query-string.ts";
import { type Range, requestedRange } from "./range.ts";

export type Action = "read" | "call" | "insert" | "update" | "delete" | "describe";

export interface ApiRequest {
  action: Action;
  /** Function of /rpc/<name>, else table. */
  isCall: boolean;
  name: string;
  schema: string;
  /** The schema, if the caller had a choice: returned as Content-Profile. */
  negotiatedSchema: string | null;
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

export async function readRequest(
  request: Request,
  schemas: readonly string[],
  readBody: (request: Request) => Promise<Buffer>,
): Promise<ApiRequest> {
  const url = new URL(request.url);
  const { method, headers } = request;
  const { isCall, name } = targetOf(url.pathname);
  const action = actionOf(method, isCall);
  const askedSchema = askedSchemaOf(headers, method, schemas);
  const schema = askedSchema ?? schemas[0] ?? "public";
  const query = parseQueryString(url.searchParams, isCall && method !== "POST");
  const rangeHeader = method === "GET" ? headers.get("range") : null;
  const withBody = method === "POST" || method === "PATCH";
  return {
    action,
    isCall,
    name,
    schema,
    negotiatedSchema: askedSchema ?? (schemas.length > 1 ? schema : null),
    method,
    path: url.pathname,
    query,
    range: requestedRange(url.searchParams, rangeHeader),
    preferences: parsePreferences(headers.get("prefer")),
    accept: acceptedMediaType(headers.get("accept")),
    payload: withBody
      ? parsePayload(
          decodeBody(await readBody(request)),
          headers.get("content-type"),
          query.columns,
          isCall,
        )
      : null,
    headers,
  };
}

function targetOf(pathname: string): { isCall: boolean; name: string } {
  const [first = "", second, ...more] = pathname.slice(1).split("/").map(decode);
  if (pathname === "/") {
    throw new ApiError(404, "PGRST126", "Root endpoint metadata is disabled");
  }
  if (first === "rpc" && second && more.length === 0) return { isCall: true, name: second };
  if (first !== "" && second === undefined) return { isCall: false, name: first };
  throw new ApiError(404, "PGRST125", "Invalid path specified in request URL");
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError(404, "PGRST125", "Invalid path specified in request URL");
  }
}

const tableActions: Record<string, Action> = {
  GET: "read",
  HEAD: "read",
  POST: "insert",
  PATCH: "update",
  DELETE: "delete",
};

function actionOf(method: string, isCall: boolean): Action {
  if (method === "OPTIONS") return "describe";
  if (isCall) {
    if (method === "GET" || method === "HEAD" || method === "POST") return "call";
    throw new ApiError(405, "PGRST101", `Cannot use the ${method} method on RPC`);
  }
  // PUT, one row by its whole primary key, has no method in supabase-js.
  const action = tableActions[method];
  if (action) return action;
  throw new ApiError(405, "PGRST117", `Unsupported HTTP method: ${method}`);
}

function askedSchemaOf(
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
