/** Addresses of the site's pages: which session they name. */
import { KultiError } from "../_shared/protocol/errors.ts";
import { agent_id_pattern, uuid_pattern } from "../_shared/protocol/routes.ts";
import { trim_end } from "../_shared/protocol/text.ts";

export interface Addresses {
  /** Where people watch, without a slash at the end; null where nobody has said it. */
  site_url: string | null;
  /** The project as the world reaches it. */
  api_url: string;
}

export interface WatchAddress {
  agent_id: string;
  session_id: string | null;
  /** `?t=…` and such, which the embedded player understands too. */
  query: string;
}

/**
 * KULTI_SITE_URL says where the site is. SUPABASE_URL is the gateway as the functions reach it, which is another
 * address than the world's where the stack runs in containers: KULTI_API_URL says the world's.
 */
export function read_addresses(env: Pick<Deno.Env, "get">, project_url: string): Addresses {
  const without_slash = (url: string) => trim_end(url, "/");
  const site_url = env.get("KULTI_SITE_URL");
  return {
    site_url: site_url ? without_slash(site_url) : null,
    api_url: without_slash(env.get("KULTI_API_URL") || project_url),
  };
}

export function require_site({ site_url }: Addresses): string {
  if (site_url !== null) return site_url;
  throw new KultiError(
    "unavailable",
    "Cannot tell which pages are ours: the function's KULTI_SITE_URL is not set.",
    { retry_after_s: 3_600 },
  );
}

/** @throws {KultiError} `session_not_found` for every address that is no watch page of this site. */
export function read_watch_address(address: string, site_url: string): WatchAddress {
  const [url, site] = [parsed(address), new URL(site_url)];
  const folder = site.pathname.replace(/\/$/, "");
  if (url?.origin === site.origin && url.pathname.startsWith(`${folder}/`)) {
    const [, agent_id = "", session_id = null] =
      /^\/(?:watch|embed)\/([^/]+)(?:\/([^/]+))?\/?$/.exec(url.pathname.slice(folder.length)) ?? [];
    if (agent_id_pattern.test(agent_id) && (session_id === null || uuid_pattern.test(session_id))) {
      return {
        agent_id,
        session_id: session_id?.toLowerCase() ?? null,
        query: url.search + url.hash,
      };
    }
  }
  throw new KultiError(
    "session_not_found",
    `Cannot embed this address: it is no watch page of ${site_url}.`,
  );
}

const parsed = (address: string): URL | null => (URL.canParse(address) ? new URL(address) : null);
