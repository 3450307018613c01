/** The HTTP answer to what the database returned. */
import { ApiError } from "./api-error.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import { preferences_applied } from "./preferences.ts";
import { content_range, range_status } from "./range.ts";
import type { ApiRequest } from "./request.ts";

export function respond(request: ApiRequest, plan: Plan, outcome: Outcome): Response {
  const headers = new Headers(chosen_headers(outcome.response_headers));
  const default_header = (name: string, value: string | null) => {
    if (value !== null && !headers.has(name)) headers.set(name, value);
  };
  const empty = plan.returns_nothing;
  default_header("Content-Range", content_range_of(request, plan, outcome));
  default_header("Preference-Applied", preferences_applied(request.preferences, plan.kind));
  default_header("Content-Type", empty ? null : request.accept.content_type);
  default_header("Content-Profile", empty ? null : request.negotiated_schema);
  const status = chosen_status(outcome.response_status) ?? status_of(request, plan, outcome);
  return answer(request.method, status, headers, empty ? "" : outcome.body);
}

export function respond_error(method: string, error: ApiError): Response {
  const headers = new Headers({ "Content-Type": "application/json; charset=utf-8" });
  for (const [name, value] of Object.entries(error.headers)) set_if_valid(headers, name, value);
  return answer(method, error.status, headers, JSON.stringify(error));
}

function answer(method: string, status: number, headers: Headers, body: string): Response {
  // An empty text would be announced as text/plain.
  const without_body = method === "HEAD" || body === "" || [204, 205, 304].includes(status);
  return new Response(without_body ? null : body, { status, headers });
}

function content_range_of(
  { range, preferences }: ApiRequest,
  plan: Plan,
  outcome: Outcome,
): string {
  const { rows, total } = outcome;
  if (plan.kind === "read" || plan.kind === "call") return content_range(range.offset, rows, total);
  const affected = preferences.count === "exact" || preferences.count === "estimated" ? rows : null;
  return content_range(0, plan.kind === "update" ? rows : 0, affected);
}

function status_of({ range, preferences }: ApiRequest, plan: Plan, outcome: Outcome): number {
  switch (plan.kind) {
    case "read":
      return range_status(range.offset, outcome.rows, outcome.total);
    case "call":
      return plan.returns_nothing ? 204 : range_status(range.offset, outcome.rows, outcome.total);
    case "insert": {
      const merged = preferences.resolution === "merge-duplicates" && outcome.inserted !== null;
      return merged && (outcome.inserted ?? 0) <= 0 ? 200 : 201;
    }
    default:
      return plan.returns_nothing ? 204 : 200;
  }
}

/** GUC response.headers: `[{"name": "value"}, …]`. */
function chosen_headers(json: string | null): [string, string][] {
  if (json === null) return [];
  try {
    const list: unknown = JSON.parse(json);
    if (!Array.isArray(list)) throw new TypeError("no array");
    const pairs = list.map((entry): [string, string] => {
      const [pair, ...more] = Object.entries(entry as object);
      if (!pair || more.length > 0 || typeof pair[1] !== "string") throw new TypeError("no pair");
      return [pair[0], pair[1]];
    });
    // Throws when a name or value is not sendable.
    new Headers(pairs);
    return pairs;
  } catch {
    throw new ApiError(
      500,
      "PGRST111",
      "response.headers guc must be a JSON array composed of objects with a single key and a string value",
    );
  }
}

function chosen_status(text: string | null): number | null {
  if (text === null) return null;
  const status = Number(/^\d+/.exec(text)?.[0]);
  if (status >= 200 && status <= 599) return status;
  throw new ApiError(500, "PGRST112", "response.status guc must be a valid status code");
}

function set_if_valid(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    // A header that cannot be sent does not turn a refusal into a crash.
  }
}
