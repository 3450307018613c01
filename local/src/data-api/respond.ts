/** The HTTP response for the database's result. */
import { ApiError } from "./api-error.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import { preferencesApplied } from "./preferences.ts";
import { contentRange, rangeStatus } from "./range.ts";
import type { ApiRequest } from "./request.ts";

export function respond(request: ApiRequest, plan: Plan, outcome: Outcome): Response {
  const headers = new Headers(chosenHeaders(outcome.responseHeaders));
  const defaultHeader = (name: string, value: string | null) => {
    if (value !== null && !headers.has(name)) headers.set(name, value);
  };
  const empty = plan.returnsNothing;
  defaultHeader("Content-Range", contentRangeOf(request, plan, outcome));
  defaultHeader("Preference-Applied", preferencesApplied(request.preferences, plan.kind));
  defaultHeader("Content-Type", empty ? null : request.accept.contentType);
  defaultHeader("Content-Profile", empty ? null : request.negotiatedSchema);
  const status = chosenStatus(outcome.responseStatus) ?? statusOf(request, plan, outcome);
  return answer(request.method, status, headers, empty ? "" : outcome.body);
}

export function respondError(method: string, error: ApiError): Response {
  const headers = new Headers({ "Content-Type": "application/json; charset=utf-8" });
  for (const [name, value] of Object.entries(error.headers)) setIfValid(headers, name, value);
  return answer(method, error.status, headers, JSON.stringify(error));
}

function answer(method: string, status: number, headers: Headers, body: string): Response {
  // An empty string would set text/plain.
  const withoutBody = method === "HEAD" || body === "" || [204, 205, 304].includes(status);
  return new Response(withoutBody ? null : body, { status, headers });
}

function contentRangeOf({ range, preferences }: ApiRequest, plan: Plan, outcome: Outcome): string {
  const { rows, total } = outcome;
  if (plan.kind === "read" || plan.kind === "call") return contentRange(range.offset, rows, total);
  const affected = preferences.count === "exact" || preferences.count === "estimated" ? rows : null;
  return contentRange(0, plan.kind === "update" ? rows : 0, affected);
}

function statusOf({ range, preferences }: ApiRequest, plan: Plan, outcome: Outcome): number {
  switch (plan.kind) {
    case "read":
      return rangeStatus(range.offset, outcome.rows, outcome.total);
    case "call":
      return plan.returnsNothing ? 204 : rangeStatus(range.offset, outcome.rows, outcome.total);
    case "insert": {
      const merged = preferences.resolution === "merge-duplicates" && outcome.inserted !== null;
      return merged && (outcome.inserted ?? 0) <= 0 ? 200 : 201;
    }
    default:
      return plan.returnsNothing ? 204 : 200;
  }
}

/** GUC response.headers: `[{"name": "value"}, …]`. */
function chosenHeaders(json: string | null): [string, string][] {
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

function chosenStatus(text: string | null): number | null {
  if (text === null) return null;
  const status = Number(/^\d+/.exec(text)?.[0]);
  if (status >= 200 && status <= 599) return status;
  throw new ApiError(500, "PGRST112", "response.status guc must be a valid status code");
}

function setIfValid(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    // An invalid header must not turn a refusal into a crash.
  }
}
