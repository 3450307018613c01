/** Runs the handler of a request's route, and turns anything thrown into the contract's error body. */
import { KultiError } from "../protocol/errors.ts";
import { discardRest, releaseBody } from "./body.ts";
import { DatabaseError } from "./db.ts";
import { corsHeaders, errorReply, preflightReply } from "./reply.ts";
import { type CompiledRoutes, compileRoutes, type Route, routesAt } from "./route.ts";

/** One line for the log. It never contains a key, a body or foreign text. */
export type Log = (facts: Record<string, unknown>) => void;

const logAsJson: Log = (facts) => console.error(JSON.stringify(facts));

/** The `fetch` of a function. It holds the only try/catch: handlers throw a KultiError for a caller's mistake. */
export function handleRequests<Deps>(
  routes: readonly Route<Deps>[],
  deps: Deps,
  log: Log = logAsJson,
): (request: Request) => Promise<Response> {
  const compiled = compileRoutes(routes);
  return async (request) => {
    const requestId = crypto.randomUUID();
    let response: Response;
    try {
      response = await answer(request, compiled, deps);
    } catch (error) {
      const refusal = error instanceof KultiError ? error : unexpected();
      if (isFailure(refusal))
        log({ request_id: requestId, code: refusal.code, ...safeFacts(error) });
      response = errorReply(refusal, requestId);
    }
    releaseBody(request, isRefusedBody(response.status));
    await discardRest(request);
    if (response.status === 405) response.headers.set("allow", methodsAt(request, compiled));
    for (const [name, value] of Object.entries(corsHeaders)) response.headers.set(name, value);
    response.headers.set("x-request-id", requestId);
    return response;
  };
}

async function answer<Deps>(
  request: Request,
  routes: CompiledRoutes<Deps>,
  deps: Deps,
): Promise<Response> {
  const found = routesAt(routes, new URL(request.url).pathname);
  if (found.length === 0) {
    throw new KultiError(
      "route_not_found",
      "Cannot find this path: the function has no route for it.",
    );
  }
  if (request.method === "OPTIONS") return preflightReply(methodsAt(request, routes));
  // HEAD gets the response of GET; the server drops the body.
  const method = request.method === "HEAD" ? "GET" : request.method;
  const chosen = found.find(({ route }) => route.method === method);
  if (!chosen) {
    throw new KultiError(
      "method_not_allowed",
      `Cannot use this method: the path accepts ${methodsAt(request, routes)}.`,
    );
  }
  return await chosen.route.handle(request, deps, chosen.params);
}

function methodsAt<Deps>(request: Request, routes: CompiledRoutes<Deps>): string {
  const found = routesAt(routes, new URL(request.url).pathname);
  return [...found.map(({ route }) => route.method), "OPTIONS"].join(", ");
}

/** A rate limit is no fault of the body, and a slow body costs no work. */
const isRefusedBody = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Our own fault. An unknown format or a full worker concerns the caller only, and a flood must not fill the log. */
const isFailure = (error: KultiError): boolean =>
  error instanceof DatabaseError || error.code === "internal";

function unexpected(): KultiError {
  return new KultiError(
    "internal",
    "Cannot answer: the server failed. Its log has the request id.",
  );
}

/** An error's message may quote the request, so the log has only the name and place of an unexpected one. */
function safeFacts(error: unknown): Record<string, unknown> {
  if (error instanceof DatabaseError) return { ...error.facts };
  if (error instanceof KultiError) return {};
  if (!(error instanceof Error)) return { error: typeof error };
  const at = error.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: at?.map((line) => line.trim()).slice(0, 8) };
}
