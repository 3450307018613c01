/** The WebSocket handshake: `/socket/websocket?apikey=<jwt>&vsn=1.0.0|2.0.0`. Refused with JSON `{error}`. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import type { Version } from "./serializer.ts";
import { TokenError, type TokenProblem } from "./token.ts";

class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function createUpgrade(context: Context, connections: Set<Connection>) {
  const { frameBytes, visitorFrameBytes } = context.limits;
  const forTrusted = serverFor(frameBytes);
  const forVisitors = serverFor(visitorFrameBytes);
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => {});
    check(context, request).then(
      ({ version, token, role }) => {
        if (socket.destroyed) return;
        const server = role === "service_role" ? forTrusted : forVisitors;
        server.handleUpgrade(request, socket, head, (websocket) => {
          const headers = xHeaders(request);
          const connection = new Connection({
            context,
            socket: websocket,
            version,
            token,
            headers,
          });
          connections.add(connection);
          websocket.on("close", () => connections.delete(connection));
        });
      },
      async (error) => {
        context.log(`ErrorConnectingToWebsocket: ${error.message}`);
        await sleep(context.limits.connectErrorDelayMs, null, { ref: false });
        if (error instanceof Refused) refuse(socket, error.status, error.message);
        else refuse(socket, 500, "Error connecting to Realtime");
      },
    );
  };
}

const serverFor = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    skipUTF8Validation: true,
  });

async function check(context: Context, request: IncomingMessage) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (pathname !== "/socket/websocket") throw new Refused(404, "Not found");
  const version = versionOf(searchParams.get("vsn") ?? "1.0.0");
  const header = request.headers["x-api-key"];
  const token = typeof header === "string" ? header : searchParams.get("apikey");
  if (token === null) throw new Refused(401, "API key is missing");
  const { role } = await context.verify(token).catch((error) => {
    throw error instanceof TokenError ? refusedToken(error) : error;
  });
  const { users, limits, joins } = context;
  if (users.size >= limits.concurrentUsers) throw new Refused(429, "Too many connected users");
  if (joins.exceeded) throw new Refused(429, "Too many joins per second");
  return { version, token, role };
}

function versionOf(vsn: string): Version {
  const major = /^([12])\.0\.\d+$/.exec(vsn)?.[1];
  if (!major) throw new Refused(403, `Protocol version ${vsn} is not 1.0.0 or 2.0.0`);
  return major === "2" ? 2 : 1;
}

function refusedToken({ problem, message }: TokenError): Refused {
  const messages: Partial<Record<TokenProblem, string>> = { expired_token: "Token has expired" };
  const status = problem === "invalid_claims" ? 500 : 401;
  return new Refused(status, messages[problem] ?? message);
}

function xHeaders({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith("x-"));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function refuse(socket: Duplex, status: number, error: string): void {
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
