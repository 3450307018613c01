/** HTTP through the gateway: routes a request, checks its key, forwards it and adds the CORS headers. */
import type { IncomingMessage } from "node:http";
import type { Keys } from "../keys.ts";
import type { Service } from "../service.ts";
import { ApiKeys, apiKeyOf, noKey, unknownKey } from "./api-keys.ts";
import { openToAll, preflight } from "./cors.ts";
import { setForwarded } from "./forwarded.ts";
import { type Part, routeOf } from "./routes.ts";
import { refuseSecretUse, secretInBrowser } from "./secret-use.ts";

export type Services = Record<Part, Service>;

export interface HandlerOptions {
  keys: Keys;
  services: Services;
  proxyHost?: string | undefined;
}

export function createHandler({ keys, services, proxyHost }: HandlerOptions) {
  const apiKeys = new ApiKeys(keys);
  /** @param late aborts when the caller is too slow */
  return async (
    request: Request,
    incoming: IncomingMessage,
    late?: AbortSignal,
  ): Promise<Response> => {
    // A Request can't have this method, and no part needs it.
    if (request.method === "TRACE") return refuse(405, "The method TRACE is not allowed.");
    const url = new URL(request.url);
    const route = routeOf(url.pathname);
    if (!route) return refuse(404, "no Route matched with those values");
    if ("missing" in route) {
      return refuse(
        501,
        `The embedded stack has no ${route.missing}, only rest, realtime and functions. Use supabase start or a hosted project.`,
      );
    }
    const service = services[route.part];
    const headers = new Headers(request.headers);
    setForwarded(headers, incoming, proxyHost !== undefined);
    const misuse = refuseSecretUse(apiKeys, headers, url, proxyHost);
    if (misuse !== undefined) return openToAll(refuse(401, secretInBrowser, misuse));
    const forward = async () => {
      const inner = rewrite(request, url, route.path, headers, late);
      return within(late, service.fetch(inner));
    };
    if (route.part === "functions") {
      setFunctionKey(headers, url, apiKeys);
      return forward();
    }
    const early = preflight(request) ?? refuseKey(apiKeys, headers, url);
    if (early) return openToAll(early);
    const key = apiKeyOf(headers, url) ?? "";
    headers.set("authorization", apiKeys.authorization(headers.get("authorization"), key));
    url.searchParams.delete("apikey");
    return openToAll(await forward());
  };
}

function refuseKey(apiKeys: ApiKeys, headers: Headers, url: URL): Response | undefined {
  const key = apiKeyOf(headers, url);
  if (key === null) return refuse(401, noKey, "No `apikey` request header or url param was found.");
  if (apiKeys.jwtOf(key) === undefined) {
    return refuse(401, unknownKey, "Use the publishable or the secret key of this project.");
  }
  return undefined;
}

/** A function gets the caller's headers unchanged, plus the JWT of a known key. */
function setFunctionKey(headers: Headers, url: URL, apiKeys: ApiKeys): void {
  const bearer = headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  const jwt = apiKeys.jwtOf(apiKeyOf(headers, url) ?? bearer);
  headers.delete("sb-api-key");
  if (jwt !== undefined) headers.set("sb-api-key", jwt);
}

function rewrite(
  request: Request,
  url: URL,
  path: string,
  headers: Headers,
  late: AbortSignal | undefined,
): Request {
  const inner = new URL(url);
  inner.pathname = path;
  return new Request(inner, {
    method: request.method,
    headers,
    body: request.body,
    signal: late ? AbortSignal.any([request.signal, late]) : request.signal,
    duplex: "half",
  } as RequestInit);
}

/** A service may ignore the signal: the caller gets its answer anyway. */
async function within(late: AbortSignal | undefined, answer: Promise<Response>): Promise<Response> {
  if (!late) return answer;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(late.reason);
  late.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    late.removeEventListener("abort", abort);
  }
}

const refuse = (status: number, message: string, hint?: string): Response =>
  Response.json({ message, ...(hint && { hint }) }, { status });
