/** HTTP through the gateway: route, check the key, hand over, open to browsers. */
import type { IncomingMessage } from "node:http";
import type { Keys } from "../keys.ts";
import type { Service } from "../service.ts";
import { ApiKeys, api_key_of, NO_KEY, UNKNOWN_KEY } from "./api-keys.ts";
import { open_to_all, preflight } from "./cors.ts";
import { set_forwarded } from "./forwarded.ts";
import { type Part, route_of } from "./routes.ts";
import { refuse_secret_use, SECRET_IN_BROWSER } from "./secret-use.ts";

export type Services = Record<Part, Service>;

export interface HandlerOptions {
  keys: Keys;
  services: Services;
  proxy_host?: string | undefined;
}

export function create_handler({ keys, services, proxy_host }: HandlerOptions) {
  const api_keys = new ApiKeys(keys);
  /** @param late aborts when the caller is too slow */
  return async (
    request: Request,
    incoming: IncomingMessage,
    late?: AbortSignal,
  ): Promise<Response> => {
    // A Request can't carry this method on, and no part has a use for it.
    if (request.method === "TRACE") return refuse(405, "The method TRACE is not allowed.");
    const url = new URL(request.url);
    const route = route_of(url.pathname);
    if (!route) return refuse(404, "no Route matched with those values");
    if ("missing" in route) {
      return refuse(
        501,
        `The embedded stack has no ${route.missing}: only rest, realtime and functions. Use supabase start or a hosted project for it.`,
      );
    }
    const service = services[route.part];
    const headers = new Headers(request.headers);
    set_forwarded(headers, incoming, proxy_host !== undefined);
    const misuse = refuse_secret_use(api_keys, headers, url, proxy_host);
    if (misuse !== undefined) return open_to_all(refuse(401, SECRET_IN_BROWSER, misuse));
    const forward = async () => {
      const inner = rewrite(request, url, route.path, headers, late);
      return within(late, service.fetch(inner));
    };
    if (route.part === "functions") {
      set_function_key(headers, url, api_keys);
      return forward();
    }
    const early = preflight(request) ?? refuse_key(api_keys, headers, url);
    if (early) return open_to_all(early);
    const key = api_key_of(headers, url) ?? "";
    headers.set("authorization", api_keys.authorization(headers.get("authorization"), key));
    url.searchParams.delete("apikey");
    return open_to_all(await forward());
  };
}

function refuse_key(api_keys: ApiKeys, headers: Headers, url: URL): Response | undefined {
  const key = api_key_of(headers, url);
  if (key === null)
    return refuse(401, NO_KEY, "No `apikey` request header or url param was found.");
  if (api_keys.jwt_of(key) === undefined) {
    return refuse(401, UNKNOWN_KEY, "Use the publishable or the secret key of this project.");
  }
  return undefined;
}

/** A function gets the caller's headers as they are, and the JWT of a known key beside them. */
function set_function_key(headers: Headers, url: URL, api_keys: ApiKeys): void {
  const bearer = headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  const jwt = api_keys.jwt_of(api_key_of(headers, url) ?? bearer);
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

/** A service need not look at the signal: its caller is answered all the same. */
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
