/** A Service for a part that runs elsewhere: HTTP streams both ways, WebSockets as raw bytes. */
import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { connect as tlsConnect } from "node:tls";
import type { Service } from "./service.ts";

// These belong to the connection, not to the message: RFC 9110, 7.6.1.
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const connectTimeoutMs = 10_000;

/**
 * @param address where the part listens, e.g. `http://127.0.0.1:3000`; a path in it is put before the service's path.
 * The Host header is that of the address, since a Realtime server takes its tenant from the first label
 * (`http://realtime-dev.localhost:4000`).
 */
export function proxyTo(address: string): Service {
  const base = URL.parse(address);
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new Error(
      `Cannot reach a part at "${address}": it needs an http:// or https:// address.`,
    );
  }
  const secure = base.protocol === "https:";
  // Names below `localhost` are this machine (RFC 6761), but not every resolver knows it: Debian's does not.
  const hostname = base.hostname.endsWith(".localhost") ? "localhost" : base.hostname;
  // Idle connections go after 4 s, before the server's own timeout can cut one that is just being reused.
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, timeout: 4_000 });
  const target = (path: string): URL => {
    const url = new URL(base);
    const [pathname = "/", search = ""] = splitOnce(path, "?");
    url.pathname = base.pathname.replace(/\/$/, "") + pathname;
    url.search = search;
    return url;
  };
  return {
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      const send = secure ? httpsRequest : httpRequest;
      return forward(send, target(pathname + search), { hostname, agent }, request);
    },
    upgrade(request, socket, head) {
      const url = target(request.url ?? "/");
      const port = Number(url.port || (secure ? 443 : 80));
      const upstream = secure
        ? tlsConnect({ host: hostname, port, servername: url.hostname })
        : connect(port, hostname);
      upstream.setNoDelay(true);
      tunnel(request, url, socket, head, upstream, secure ? "secureConnect" : "connect");
    },
    async close() {
      agent.destroy();
    },
  };
}

function forward(
  send: (url: URL, options: RequestOptions) => ReturnType<typeof httpRequest>,
  url: URL,
  where: { hostname: string; agent: Agent },
  request: Request,
): Promise<Response> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (!hopByHop.has(name) && name !== "host") headers[name] = value;
  }
  headers.host = url.host;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { ...where, method: request.method, headers });
    const abort = () => outgoing.destroy(request.signal.reason);
    request.signal.addEventListener("abort", abort, { once: true });
    outgoing.once("close", () => request.signal.removeEventListener("abort", abort));
    outgoing.on("error", reject);
    outgoing.once("response", (incoming) => {
      incoming.on("error", () => {});
      try {
        resolve(toResponse(incoming, request.method));
      } catch (error) {
        // A status or header that the Fetch standard does not know. Thrown in a listener it would end the process.
        outgoing.destroy();
        reject(error);
      }
    });
    if (request.body) {
      Readable.fromWeb(request.body as NodeReadableStream)
        .on("error", (error) => outgoing.destroy(error))
        .pipe(outgoing);
    } else {
      outgoing.end();
    }
  });
}

function toResponse(incoming: IncomingMessage, method: string): Response {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const name = incoming.rawHeaders[i] ?? "";
    if (!hopByHop.has(name.toLowerCase())) headers.append(name, incoming.rawHeaders[i + 1] ?? "");
  }
  const status = incoming.statusCode ?? 502;
  const bodiless = method === "HEAD" || [101, 204, 205, 304].includes(status);
  if (bodiless) incoming.resume();
  const body = bodiless ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
  return new Response(body, { status, statusText: incoming.statusMessage ?? "", headers });
}

function tunnel(
  request: IncomingMessage,
  url: URL,
  socket: Duplex,
  head: Buffer,
  upstream: Duplex,
  connected: string,
): void {
  const close = () => {
    socket.destroy();
    upstream.destroy();
  };
  for (const end of [socket, upstream]) end.on("error", close).on("close", close);
  const timer = setTimeout(close, connectTimeoutMs);
  upstream.once("close", () => clearTimeout(timer));
  upstream.once(connected, () => {
    clearTimeout(timer);
    const lines = [`${request.method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`];
    for (let i = 0; i < request.rawHeaders.length; i += 2) {
      const name = request.rawHeaders[i] ?? "";
      if (name.toLowerCase() !== "host") lines.push(`${name}: ${request.rawHeaders[i + 1]}`);
    }
    upstream.write(`${lines.join("\r\n")}\r\n\r\n`);
    if (head.length > 0) upstream.write(head);
    socket.pipe(upstream).pipe(socket);
  });
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
