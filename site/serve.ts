/**
 * Serves the built site: pages, the rewrites of `/watch/*` and `/embed/*`, and `config.json` for the server it belongs
 * to. A watch page says in its head which session it is about, for those who show its link.
 */
import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { read_avatar_hosts } from "./avatar-hosts.ts";
import { cache_control, security_headers } from "./headers.ts";
import { hashes_below, without_policy } from "./host-files.ts";
import { create_head_reader } from "./read-head.ts";
import { session_page, with_share_tags } from "./share-tags.ts";

export interface ServeSiteOptions {
  /** The folder that `astro build` made. */
  dist: string;
  /** On 127.0.0.1; 0 takes a free one. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where the world finds the site, without a slash at the end. Default: where it is served. */
  site_url?: string;
  config: { api_url: string; publishable_key: string };
  limits?: Partial<SiteLimits>;
}

export interface SiteLimits {
  /** Until a request's headers are complete. */
  headers_ms: number;
  /** Until all of a request is there. */
  request_ms: number;
  /** A connection on which nothing moves for so long is closed. */
  silent_ms: number;
  /** At a time; more are closed at once. */
  connections: number;
  check_ms: number;
}

const default_limits: SiteLimits = {
  headers_ms: 10_000,
  request_ms: 30_000,
  silent_ms: 60_000,
  connections: 2_000,
  check_ms: 1_000,
};

export interface ServedSite {
  url: string;
  close(): Promise<void>;
}

export async function serve_site(options: ServeSiteOptions): Promise<ServedSite> {
  const { dist, port, host = "127.0.0.1", site_url, config } = options;
  const pages = await read_pages(dist);
  const not_found = pages.get("/404") ?? Buffer.from("Not found");
  const avatar_hosts = read_avatar_hosts();
  const policy = {
    script_hashes: await hashes_below(dist),
    api_url: config.api_url,
    avatar_hosts,
  };
  const headers = security_headers(policy);
  const embed_headers = security_headers({ ...policy, framed_by: "anyone" });
  const read_head = create_head_reader(config);
  const files = sirv(dist, {
    etag: true,
    setHeaders: (response, pathname) => {
      response.setHeader("cache-control", cache_control(pathname));
    },
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pathname = path_of(request);
    const sent = is_embed(pathname ?? "") ? embed_headers : headers;
    for (const [name, value] of Object.entries(sent)) response.setHeader(name, value);
    if (pathname === null) return send_text(response, 400, "Bad request");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return send_text(response, 405, "Method not allowed");
    }
    if (pathname === "/config.json") return send_config(response, { ...config, avatar_hosts });
    const page = pages.get(page_name(pathname));
    if (page) {
      const described = page_name(pathname) === "/watch" ? await describe(pathname, page) : page;
      return send_page(request, response, 200, described);
    }
    // A file that goes while it is served (the site is being built anew) ends this answer, not the server.
    response.on("pipe", (file) => file.on("error", () => response.destroy()));
    request.url = pathname;
    files(request, response, () => send_page(request, response, 404, not_found));
  };
  const limits = { ...default_limits, ...options.limits };
  const times = {
    headersTimeout: limits.headers_ms,
    requestTimeout: limits.request_ms,
    connectionsCheckingInterval: limits.check_ms,
  };
  const server = createServer(times, (request, response) => {
    // Nobody else catches: what fails here would end the process.
    answer(request, response).catch(() => response.destroy());
  });
  server.setTimeout(limits.silent_ms);
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  server.on("error", () => {});
  const address = server.address() as AddressInfo;
  const url = `http://${host}:${address.port}`;
  const places = { site_url: site_url ?? url, api_url: config.api_url };
  async function describe(pathname: string, shell: Buffer): Promise<Buffer> {
    const head = await read_head(pathname).catch(() => null);
    if (!head) return shell;
    const page = session_page(head, pathname, places);
    return Buffer.from(with_share_tags(shell.toString("utf8"), page));
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

/** Null for a target that is no path: `*`, `//` or what Node lets pass and no address is. */
function path_of({ url = "" }: IncomingMessage): string | null {
  // Relative to a base a target that begins with `//` would name a host.
  return /^\/(?!\/)/.test(url) ? (URL.parse(`http://site${url}`)?.pathname ?? null) : null;
}

/** The pages by `page_name`, as they are sent: the policy is in the headers. */
async function read_pages(dist: string): Promise<Map<string, Buffer>> {
  const pages = new Map<string, Buffer>();
  for await (const file of glob("**/*.html", { cwd: dist })) {
    const html = await readFile(join(dist, file), "utf8");
    pages.set(page_name(`/${file}`), Buffer.from(without_policy(html)));
  }
  return pages;
}

/**
 * `/watch`, `/search`, `/`: which page an address is. `/watch/<agent>` and `/watch/<agent>/<session>` are one page, and
 * so are those of `/embed/` and every `/agents/<agent>`.
 */
function page_name(pathname: string): string {
  const plain = pathname.replace(/(?:\/index)?\.html$/, "").replace(/\/$/, "");
  const [, stage, agents] =
    /^\/(?:(watch|embed)\/[^/]+(?:\/[^/]+)?|(agents)\/[^/]+)$/.exec(plain) ?? [];
  const page = stage ?? agents;
  return page ? `/${page}` : plain || "/";
}

const is_embed = (pathname: string): boolean => /^\/embed(\/|$)/.test(pathname);

function send_config(response: ServerResponse<IncomingMessage>, config: object): void {
  response.setHeader("cache-control", "no-cache");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(config));
}

function send_page(
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

function send_text(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain;charset=utf-8");
  response.end(`${text}\n`);
}
