/** WebSockets through the gateway. Only Realtime speaks them. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { ApiKeys, api_key_of, NO_KEY, UNKNOWN_KEY } from "./api-keys.ts";
import { set_forwarded } from "./forwarded.ts";
import type { HandlerOptions } from "./http.ts";
import { route_of } from "./routes.ts";
import { refuse_secret_use, SECRET_IN_BROWSER } from "./secret-use.ts";

export interface UpgradeOptions extends HandlerOptions {
  log?: (line: string) => void;
}

/** The service gets the JWT in the `apikey` query parameter, where Realtime looks for it. */
export function create_upgrade({ keys, services, proxy_host, log }: UpgradeOptions) {
  const api_keys = new ApiKeys(keys);
  const route = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const target = request.url ?? "";
    // Not relative to a base: `//` and the like would name a host, or be no address at all.
    const url = target.startsWith("/") ? URL.parse(`http://localhost${target}`) : null;
    const route = url && route_of(url.pathname);
    const service = route && "part" in route ? services[route.part] : undefined;
    if (!url || !route || !("part" in route) || !service?.upgrade) {
      refuse(socket, 404, "No WebSocket is served here.");
      return;
    }
    const headers = headers_of(request);
    const key = api_key_of(headers, url);
    const jwt = key === null ? undefined : api_keys.jwt_of(key);
    if (jwt === undefined) {
      refuse(socket, 401, key === null ? NO_KEY : UNKNOWN_KEY);
    } else if (refuse_secret_use(api_keys, headers, url, proxy_host) !== undefined) {
      refuse(socket, 401, SECRET_IN_BROWSER);
    } else {
      set_forwarded(headers, request, proxy_host !== undefined);
      url.searchParams.set("apikey", jwt);
      request.url = `${route.path}${url.search}`;
      request.rawHeaders = [...headers].flat();
      request.headers = Object.fromEntries(headers);
      service.upgrade(request, socket, head);
    }
  };
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    try {
      route(request, socket, head);
    } catch (error) {
      // Nobody catches for a listener: what is thrown here would end the process.
      log?.(`Gateway: ${error}`);
      refuse(socket, 400, "Bad request");
    }
  };
}

function headers_of({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  }
  return headers;
}

/** Answers on a connection that Node's HTTP server has given up or handed over, and closes it. */
export function refuse(socket: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ message });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
    () => socket.destroy(),
  );
}
