/** The one address of the stack: what Kong is to a Supabase project. */
import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Keys } from "../keys.ts";
import { HOST } from "../ports.ts";
import { create_handler, type Services } from "./http.ts";
import { create_upgrade } from "./upgrade.ts";

export interface GatewayOptions {
  port: number;
  keys: Keys;
  services: Services;
  log?: (line: string) => void;
}

export interface Gateway {
  url: string;
  close(): Promise<void>;
}

export async function start_gateway(options: GatewayOptions): Promise<Gateway> {
  const { port, keys, services } = options;
  const handle = create_handler(keys, services);
  const listener = getRequestListener(
    (request, { incoming }) => handle(request, incoming as IncomingMessage),
    {
      errorHandler: (error) => refuse_failed(error, options.log),
    },
  );
  // Streams and slow functions end themselves; the server sets no limit of its own.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 }, listener);
  server.on("upgrade", create_upgrade(keys, services));
  const sockets = track(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${port}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function refuse_failed(error: unknown, log?: (line: string) => void): Response {
  if (error instanceof RequestError) {
    return Response.json({ message: `Bad request: ${error.message}` }, { status: 400 });
  }
  // A caller who has gone is no failure.
  if (!(error instanceof Error && error.name === "AbortError")) log?.(`Gateway: ${String(error)}`);
  const message = "An invalid response was received from the upstream server";
  return Response.json({ message }, { status: 502 });
}

/** All open connections, upgraded ones too, which the server itself forgets. */
function track(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}
