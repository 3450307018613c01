/**
 * A proxy between one client and the stack that misbehaves on request. It also records what it passed to the client, so
 * that a test can check whether the client's connection word was true.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { frameCutter } from "./frames.ts";

/** Faults of HTTP requests. */
export const httpFaults = [
  ...["refuse", "hang", "hang_mid_body", "cut_after_headers", "lost_answer", "duplicate"],
  ...["page_400", "page_401", "page_403", "page_404", "page_413", "page_500", "page_502"],
  ...["page_504", "page_546", "page_200", "empty_200", "too_many", "redirect"],
] as const;

/** Faults of the WebSocket. */
export const socketFaults = ["no_handshake", "refuse_socket", "cut", "lossy", "silent"] as const;

export type Fault =
  | (typeof httpFaults)[number]
  | (typeof socketFaults)[number]
  /** Connections stay open, and nothing passes in either direction. */
  | "half_open";

export interface FaultProxy {
  url: string;
  /** The faults from now on, each with its chance per request or frame; null for none. */
  set(fault: Fault | null, chance?: number): void;
  /** `performance.now()` of the client's last news about the session: a frame or an answered touch. */
  readonly toldAt: number;
  /** How often each fault struck. */
  readonly struck: ReadonlyMap<Fault, number>;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export async function startProxy(
  targetUrl: string,
  random: () => number = Math.random,
): Promise<FaultProxy> {
  const { hostname, port } = new URL(targetUrl);
  const agent = new Agent({ keepAlive: true, timeout: 4_000 });
  const sockets = new Set<Duplex>();
  const tunnels = new Set<Duplex>();
  const struck = new Map<Fault, number>();
  let fault: Fault | null = null;
  let chance = 1;
  let toldAt = 0;

  const strikes = (among: readonly Fault[]): Fault | null => {
    if (fault === null || !among.includes(fault) || random() >= chance) return null;
    struck.set(fault, (struck.get(fault) ?? 0) + 1);
    return fault;
  };

  function forward(request: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method, url: path, headers } = request;
      const outgoing = httpRequest(
        {
          hostname,
          port,
          agent,
          method,
          path,
          headers: { ...headers, host: `${hostname}:${port}` },
        },
        async (incoming) => {
          const chunks: Buffer[] = [];
          for await (const chunk of incoming) chunks.push(chunk as Buffer);
          const { statusCode = 502, headers } = incoming;
          resolve({ status: statusCode, headers, body: Buffer.concat(chunks) });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  const server = createServer(async (request, response) => {
    const body = await read(request).catch(() => null);
    if (body === null) return;
    // A browser sends a preflight first; a page that answers in Kulti's place comes only after that.
    const isAsking = request.method === "OPTIONS";
    const among = isAsking ? (["refuse", "hang", "half_open"] as const) : httpAndHalfOpen;
    const struckBy = strikes(among);
    try {
      if (struckBy) await misbehave(struckBy, request, response, () => forward(request, body));
      else {
        const answer = await forward(request, body);
        // Silence that began meanwhile holds back this reply too.
        if (fault === "half_open") return;
        give(response, answer);
        if (request.url?.endsWith("/touch_viewer") && answer.status === 200) told();
      }
    } catch {
      request.socket.destroy();
    }
  });
  const told = () => {
    toldAt = performance.now();
  };

  server.on("connection", (socket: Socket) => keep(sockets, socket));
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => {});
    const struckBy = strikes(["no_handshake", "half_open", "refuse_socket", "cut"]);
    if (struckBy === "no_handshake" || struckBy === "half_open") return;
    if (struckBy) return void socket.destroy();
    const upstream = connect(Number(port), hostname);
    keep(sockets, upstream);
    keep(tunnels, socket);
    const close = () => {
      socket.destroy();
      upstream.destroy();
    };
    for (const end of [socket, upstream]) end.on("error", close).on("close", close);
    upstream.on("connect", () => {
      const lines = Object.entries({ ...request.headers, host: `${hostname}:${port}` });
      upstream.write(
        `GET ${request.url} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
      );
      upstream.write(head);
    });
    const isSilent = () => fault === "silent" || fault === "half_open";
    socket.on("data", (bytes) => {
      if (!isSilent()) upstream.write(bytes);
    });
    const cut = frameCutter();
    let isOpen = false;
    const pass = (bytes: Buffer) => {
      for (const frame of cut(bytes)) {
        if (strikes(["silent", "half_open", "lossy"])) continue;
        socket.write(frame.bytes);
        if (frame.opcode <= 2 && !frame.payload.includes('"phoenix"')) told();
      }
    };
    let answer: Buffer = Buffer.alloc(0);
    upstream.on("data", (bytes) => {
      if (isOpen) return pass(bytes);
      answer = Buffer.concat([answer, bytes]);
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      isOpen = true;
      socket.write(answer.subarray(0, end + 4));
      pass(answer.subarray(end + 4));
    });
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next, nextChance = 1) {
      fault = next;
      chance = nextChance;
      // These affect only new connections.
      if (next === "no_handshake" || next === "cut" || next === "refuse_socket") {
        for (const socket of tunnels) socket.destroy();
      }
    },
    get toldAt() {
      return toldAt;
    },
    struck,
    async close() {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const httpAndHalfOpen: readonly Fault[] = [...httpFaults, "half_open"];

async function misbehave(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  forward: () => Promise<Answer>,
): Promise<void> {
  const [, status] = /^page_(\d+)$/.exec(fault) ?? [];
  if (status) return page(response, Number(status));
  switch (fault) {
    case "hang":
    case "half_open":
      return;
    case "refuse":
      return void request.socket.resetAndDestroy();
    case "hang_mid_body": {
      const answer = await forward();
      response.writeHead(answer.status, answer.headers);
      return void response.write(answer.body.subarray(0, answer.body.length / 2));
    }
    case "cut_after_headers": {
      const answer = await forward();
      response.writeHead(answer.status, answer.headers);
      response.flushHeaders();
      return void setTimeout(() => request.socket.destroy(), 5);
    }
    case "lost_answer":
      await forward();
      return void request.socket.destroy();
    case "duplicate":
      await forward();
      return give(response, await forward());
    case "empty_200":
      response.writeHead(200, { ...openToAll, "content-type": "application/json" });
      return void response.end("{}");
    case "too_many":
      return page(response, 429, { "retry-after": "1" });
    case "redirect":
      return page(response, 302, { location: "http://127.0.0.1:9/login" });
    default:
      throw new Error(`${fault} is no fault of a request`);
  }
}

const openToAll = { "access-control-allow-origin": "*" };

function page(response: ServerResponse, status: number, headers: Record<string, string> = {}) {
  response.writeHead(status, { ...openToAll, "content-type": "text/html", ...headers });
  response.end(`<!doctype html><title>${status}</title><h1>Something before the server</h1>`);
}

function give(response: ServerResponse, { status, headers, body }: Answer): void {
  const { "transfer-encoding": _, connection: __, ...kept } = headers;
  response.writeHead(status, { ...kept, "content-length": body.length });
  response.end(body);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function keep(set: Set<Duplex>, socket: Duplex): void {
  set.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => set.delete(socket));
}
