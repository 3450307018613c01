/** WebSockets through the gateway, to Realtime only. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { ApiKeys, apiKeyOf, noKey, unknownKey } from "./api-keys.ts";
import { setForwarded } from "./forwarded.ts";
import type { HandlerOptions } from "./http.ts";
import { routeOf } from "./routes.ts";
import { refuseSecretUse, secretInBrowser } from "./secret-use.ts";

export interface UpgradeOptions extends HandlerOptions {
  log?: (line: string) => void;
}

/** The service gets the JWT in the `apikey` query parameter, where Realtime looks for it. */
export function createUpgrade({ keys, services, proxyHost, log }: UpgradeOptions) {
  const apiKeys = new ApiKeys(keys);
  const route = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const target = request.url ?? "";
    // Not relative to a base: `//` would name a host or be an invalid address.
    const url = target.startsWith("/") ? URL.parse(`http://localhost${target}`) : null;
    const route = url && routeOf(url.pathname);
    const service = route && "part" in route ? services[route.part] : undefined;
    if (!url || !route || !("part" in route) || !service?.upgrade) {
      refuse(socket, 404, "No WebSocket is served here.");
      return;
    }
    const headers = headersOf(request);
    const key = apiKeyOf(headers, url);
    const jwt = key === null ? undefined : apiKeys.jwtOf(key);
    if (jwt === undefined) {
      refuse(socket, 401, key === null ? noKey : unknownKey);
    } else if (refuseSecretUse(apiKeys, headers, url, proxyHost) !== undefined) {
      refuse(socket, 401, secretInBrowser);
    } else {
      setForwarded(headers, request, proxyHost !== undefined);
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
      // An error in a listener is not caught and would end the process.
      log?.(`Gateway: ${error}`);
      refuse(socket, 400, "Bad request");
    }
  };
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
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
