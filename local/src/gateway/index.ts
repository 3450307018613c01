/** The stack's single address. It does the job that Kong does on Supabase. */
import { createServer, type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Keys } from "../keys.ts";
import { host } from "../ports.ts";
import { createHandler, type Services } from "./http.ts";
import { defaultPatience, type Patience, SlowBody, Watch } from "./patience.ts";
import { leaveUnread } from "./unread-body.ts";
import { createUpgrade, refuse } from "./upgrade.ts";

export interface GatewayOptions {
  port: number;
  keys: Keys;
  services: Services;
  /**
   * The name under which a proxy serves the stack. All requests then count as coming through it, and callers' addresses
   * are those that it wrote into `x-forwarded-for`.
   */
  proxyHost?: string | undefined;
  patience?: Partial<Patience>;
  log?: (line: string) => void;
}

export interface Gateway {
  url: string;
  close(): Promise<void>;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { port, log = () => {} } = options;
  const patience = { ...defaultPatience, ...options.patience };
  const server = createServer({
    headersTimeout: patience.headersMs,
    connectionsCheckingInterval: patience.checkMs,
    // This limit covers the whole request and would end long streams, so `Watch` checks the body's pace instead.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
  });
  const watch = new Watch(server, patience);
  const handle = createHandler(options);
  server.on(
    "request",
    getRequestListener(
      async (request, context) => {
        const incoming = context.incoming as IncomingMessage;
        return leaveUnread(await handle(request, incoming, watch.late(incoming)), incoming);
      },
      { errorHandler: (error) => refuseFailed(error, log) },
    ),
  );
  server.on("upgrade", createUpgrade(options));
  server.on("clientError", refuseMalformed);
  server.on("drop", () => log(`Gateway: over ${patience.connections} connections, one refused`));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  server.on("error", (error) => log(`Gateway: ${error.message}`));
  return {
    url: `http://${host}:${port}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      watch.close();
      return closed;
    },
  };
}

/** Input that is not HTTP, or arrives too slowly. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[error.code ?? ""];
  if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
  else refuse(socket, status ?? 400, STATUS_CODES[status ?? 400] ?? "");
}

function refuseFailed(error: unknown, log: (line: string) => void): Response {
  if (error instanceof RequestError) {
    return Response.json({ message: `Bad request: ${error.message}` }, { status: 400 });
  }
  if (error instanceof SlowBody) {
    const headers = { connection: "close" };
    return Response.json(
      { message: `Request Timeout: ${error.message}` },
      { status: 408, headers },
    );
  }
  // A caller that left is not a failure.
  if (!(error instanceof Error && error.name === "AbortError")) log(`Gateway: ${String(error)}`);
  const message = "An invalid response was received from the upstream server";
  return Response.json({ message }, { status: 502 });
}
