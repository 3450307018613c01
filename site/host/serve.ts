/**
 * Serves the built site: its files, the dynamic routes, and a `config.json` that names the site's server. Adds the
 * session's facts to the head of a watch page, for link previews.
 */
import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { readAvatarHosts } from "./avatar-hosts.ts";
import { cacheControl, securityHeaders } from "./headers.ts";
import { hashesBelow, withoutPolicy } from "./host-files.ts";
import { createHeadReader } from "./read-head.ts";
import { isEmbeddable, pageOf } from "./routes.ts";
import { sessionPage, withShareTags } from "./share-tags.ts";

export interface ServeSiteOptions {
  /** The output folder of `astro build`. */
  dist: string;
  /** 0 takes a free port. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** The site's public URL, without a slash at the end. Default: the address that the server listens on. */
  siteUrl?: string;
  config: { api_url: string; publishable_key: string };
  limits?: Partial<SiteLimits>;
}

export interface SiteLimits {
  /** The longest wait for a request's headers. */
  headersMs: number;
  /** The longest wait for a whole request. */
  requestMs: number;
  /** The server closes a connection that is silent for this long. */
  silentMs: number;
  /** The most open connections. The server closes any further one at once. */
  connections: number;
  checkMs: number;
}

const defaultLimits: SiteLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  silentMs: 60_000,
  connections: 2_000,
  checkMs: 1_000,
};

export interface ServedSite {
  url: string;
  close(): Promise<void>;
}

export async function serveSite(options: ServeSiteOptions): Promise<ServedSite> {
  const { dist, port, host = "127.0.0.1", siteUrl, config } = options;
  const pages = await readPages(dist);
  const notFound = pages.get("/404") ?? Buffer.from("Not found");
  const avatarHosts = readAvatarHosts();
  const policy = {
    scriptHashes: await hashesBelow(dist),
    apiUrl: config.api_url,
    avatarHosts,
  };
  const headers = securityHeaders(policy);
  const embedHeaders = securityHeaders({ ...policy, framedBy: "anyone" });
  const readHead = createHeadReader({
    apiUrl: config.api_url,
    publishableKey: config.publishable_key,
  });
  const files = sirv(dist, {
    etag: true,
    setHeaders: (response, pathname) => {
      response.setHeader("cache-control", cacheControl(pathname));
    },
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pathname = pathOf(request);
    const sent = isEmbeddable(pathname ?? "") ? embedHeaders : headers;
    for (const [name, value] of Object.entries(sent)) response.setHeader(name, value);
    if (pathname === null) return sendText(response, 400, "Bad request");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return sendText(response, 405, "Method not allowed");
    }
    if (pathname === "/config.json")
      return sendConfig(response, { ...config, avatar_hosts: avatarHosts });
    const page = pages.get(pageOf(pathname));
    if (page) {
      const described = pageOf(pathname) === "/watch" ? await describe(pathname, page) : page;
      return sendPage(request, response, 200, described);
    }
    // A new build may remove a file while the server sends it. Then this reply ends, and the server keeps running.
    response.on("pipe", (file) => file.on("error", () => response.destroy()));
    request.url = pathname;
    files(request, response, () => sendPage(request, response, 404, notFound));
  };
  const limits = { ...defaultLimits, ...options.limits };
  const times = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
  };
  const server = createServer(times, (request, response) => {
    // An uncaught rejection would end the process.
    answer(request, response).catch(() => response.destroy());
  });
  server.setTimeout(limits.silentMs);
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  server.on("error", () => {});
  const address = server.address() as AddressInfo;
  const url = `http://${host}:${address.port}`;
  const places = { site_url: siteUrl ?? url, api_url: config.api_url };
  async function describe(pathname: string, shell: Buffer): Promise<Buffer> {
    const head = await readHead(pathname).catch(() => null);
    if (!head) return shell;
    const page = sessionPage(head, pathname, places);
    return Buffer.from(withShareTags(shell.toString("utf8"), page));
  }
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Null if the target is not a path, such as `*`, `//` or a target that Node accepts but no URL parser does. */
function pathOf({ url = "" }: IncomingMessage): string | null {
  // Relative to a base, a target that begins with `//` would name a host.
  return /^\/(?!\/)/.test(url) ? (URL.parse(`http://site${url}`)?.pathname ?? null) : null;
}

/** The pages by `pageOf`, without their policy, because the headers carry it. */
async function readPages(dist: string): Promise<Map<string, Buffer>> {
  const pages = new Map<string, Buffer>();
  for await (const file of glob("**/*.html", { cwd: dist })) {
    const html = await readFile(join(dist, file), "utf8");
    pages.set(pageOf(`/${file}`), Buffer.from(withoutPolicy(html)));
  }
  return pages;
}

function sendConfig(response: ServerResponse<IncomingMessage>, config: object): void {
  response.setHeader("cache-control", "no-cache");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(config));
}

function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  page: Buffer,
): void {
  const etag = `"${createHash("sha256").update(page).digest("base64url").slice(0, 27)}"`;
  response.setHeader("cache-control", "no-cache");
  response.setHeader("etag", etag);
  if (status === 200 && request.headers["if-none-match"] === etag) {
    response.statusCode = 304;
    response.end();
    return;
  }
  response.statusCode = status;
  response.setHeader("content-type", "text/html;charset=utf-8");
  response.end(page);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain;charset=utf-8");
  response.end(`${text}\n`);
}
