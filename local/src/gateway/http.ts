/** HTTP through the gateway: route, check the key, hand over, open to browsers. */
import type { IncomingMessage } from "node:http";
import type { Keys } from "../keys.ts";
import type { Service } from "../service.ts";
import { ApiKeys, api_key_of, NO_KEY, UNKNOWN_KEY } from "./api-keys.ts";
import { open_to_all, preflight } from "./cors.ts";
import { type Part, route_of } from "./routes.ts";

export type Services = Record<Part, Service>;

export function create_handler(keys: Keys, services: Services) {
  const api_keys = new ApiKeys(keys);
  return async (request: Request, incoming: IncomingMessage): Promise<Response> => {
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
    const headers = forwarded(request, url, incoming);
    if (route.part === "functions") {
      set_function_key(headers, url, api_keys);
      return service.fetch(rewrite(request, url, route.path, headers));
    }
    const early = preflight(request) ?? refuse_key(api_keys, headers, url);
    if (early) return open_to_all(early);
    const key = api_key_of(headers, url) ?? "";
    headers.set("authorization", api_keys.authorization(headers.get("authorization"), key));
    url.searchParams.delete("apikey");
    return open_to_all(await service.fetch(rewrite(request, url, route.path, headers)));
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

function forwarded(request: Request, url: URL, incoming: IncomingMessage): Headers {
  const headers = new Headers(request.headers);
  const address = incoming.socket.remoteAddress ?? "127.0.0.1";
  const before = headers.get("x-forwarded-for");
  headers.set("x-forwarded-for", before === null ? address : `${before}, ${address}`);
  headers.set("x-forwarded-proto", "http");
  headers.set("x-forwarded-host", url.hostname);
  headers.set("x-forwarded-port", url.port);
  return headers;
}

function rewrite(request: Request, url: URL, path: string, headers: Headers): Request {
  const inner = new URL(url);
  inner.pathname = path;
  return new Request(inner, {
    method: request.method,
    headers,
    body: request.body,
    signal: request.signal,
    duplex: "half",
  } as RequestInit);
}

const refuse = (status: number, message: string, hint?: string): Response =>
  Response.json({ message, ...(hint && { hint }) }, { status });
