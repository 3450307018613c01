/** WebSockets through the gateway. Only Realtime speaks them. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Keys } from "../keys.ts";
import { ApiKeys, api_key_of, NO_KEY, UNKNOWN_KEY } from "./api-keys.ts";
import type { Services } from "./http.ts";
import { route_of } from "./routes.ts";

/** The service gets the JWT in the `apikey` query parameter, where Realtime looks for it. */
export function create_upgrade(keys: Keys, services: Services) {
  const api_keys = new ApiKeys(keys);
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => socket.destroy());
    const url = new URL(request.url ?? "/", "http://localhost");
    const route = route_of(url.pathname);
    const service = route && "part" in route ? services[route.part] : undefined;
    const sent = request.headers.apikey;
    const headers = new Headers(typeof sent === "string" ? { apikey: sent } : {});
    const key = api_key_of(headers, url);
    const jwt = key === null ? undefined : api_keys.jwt_of(key);
    if (!route || !("part" in route) || !service?.upgrade) {
      refuse(socket, 404, "No WebSocket is served here.");
    } else if (jwt === undefined) {
      refuse(socket, 401, key === null ? NO_KEY : UNKNOWN_KEY);
    } else {
      url.searchParams.set("apikey", jwt);
      request.url = `${route.path}${url.search}`;
      service.upgrade(request, socket, head);
    }
  };
}

function refuse(socket: Duplex, status: number, message: string): void {
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
  );
}
