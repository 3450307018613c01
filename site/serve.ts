/**
 * Serves the built site: pages, the rewrites of `/watch/*` and `/embed/*`, and `config.json` for the server it belongs
 * to. A watch page says in its head which session it is about, for those who show its link.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { cache_control, security_headers } from "./headers.ts";
import { hashes_below } from "./host-files.ts";
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
}

export interface ServedSite {
  url: string;
  close(): Promise<void>;
}

export async function serve_site(options: ServeSiteOptions): Promise<ServedSite> {
  const { dist, port, host = "127.0.0.1", site_url, config } = options;
  const not_found = await readFile(join(dist, "404.html"));
  const policy = { script_hashes: await hashes_below(dist), api_url: config.api_url };
  const headers = security_headers(policy);
  const embed_headers = security_headers({ ...policy, framed_by: "anyone" });
  const read_head = create_head_reader(config);
  const files = sirv(dist, {
    etag: true,
    setHeaders: (response, pathname) => {
      response.setHeader("cache-control", cache_control(pathname));
    },
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const sent = is_embed(pathname) ? embed_headers : headers;
    for (const [name, value] of Object.entries(sent)) response.setHeader(name, value);
    if (pathname === "/config.json") return send_config(response, config);
    // A file that goes while it is served (the site is being built anew) ends this answer, not the server.
    response.on("pipe", (file) => file.on("error", () => response.destroy()));
    request.url = rewrite(pathname);
    const send_file = () => files(request, response, () => send_page(response, 404, not_found));
    if (request.url !== "/watch/") return send_file();
    describe(pathname).then((page) => {
      if (page) send_page(response, 200, page);
      else send_file();
    }, send_file);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const url = `http://${host}:${address.port}`;
  const places = { site_url: site_url ?? url, api_url: config.api_url };
  async function describe(pathname: string): Promise<Buffer | null> {
    const head = await read_head(pathname);
    if (!head) return null;
    const shell = await readFile(join(dist, "watch/index.html"), "utf8");
    return Buffer.from(with_share_tags(shell, session_page(head, pathname, places)));
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

/** `/watch/<agent>` and `/watch/<agent>/<session>` are one page, and so are those of `/embed/` and every `/agents/<agent>`. */
function rewrite(pathname: string): string {
  const [, stage, agents] =
    /^\/(?:(watch|embed)\/[^/]+(?:\/[^/]+)?|(agents)\/[^/]+)\/?$/.exec(pathname) ?? [];
  const page = stage ?? agents;
  return page && !pathname.endsWith("/index.html") ? `/${page}/` : pathname;
}

const is_embed = (pathname: string): boolean => /^\/embed(\/|$)/.test(pathname);

function send_config(response: ServerResponse<IncomingMessage>, config: object): void {
  response.setHeader("cache-control", "no-cache");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(config));
}

function send_page(response: ServerResponse, status: number, page: Buffer): void {
  response.statusCode = status;
  response.setHeader("cache-control", "no-cache");
  response.setHeader("content-type", "text/html;charset=utf-8");
  response.end(page);
}
