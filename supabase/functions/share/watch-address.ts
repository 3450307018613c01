/** Addresses of the site's pages: which session they name. */
import { KultiError } from "../_shared/protocol/errors.ts";
import { agentIdPattern, uuidPattern } from "../_shared/protocol/routes.ts";
import { trimEnd } from "../_shared/protocol/text.ts";

export interface Addresses {
  /** The site's address, without a slash at the end; null if it is not set. */
  siteUrl: string | null;
  /** The public address of the project. */
  apiUrl: string;
}

export interface WatchAddress {
  agent_id: string;
  session_id: string | null;
  /** `?t=…` and such, which the embedded player understands too. */
  query: string;
}

/**
 * KULTI_SITE_URL is the site's address. SUPABASE_URL is the gateway as the functions reach it, which differs from the
 * public address when the stack runs in containers; KULTI_API_URL is the public one.
 */
export function readAddresses(env: Pick<Deno.Env, "get">, projectUrl: string): Addresses {
  const withoutSlash = (url: string) => trimEnd(url, "/");
  const siteUrl = env.get("KULTI_SITE_URL");
  return {
    siteUrl: siteUrl ? withoutSlash(siteUrl) : null,
    apiUrl: withoutSlash(env.get("KULTI_API_URL") || projectUrl),
  };
}

export function requireSite({ siteUrl }: Addresses): string {
  if (siteUrl !== null) return siteUrl;
  throw new KultiError(
    "unavailable",
    "Cannot tell which pages belong to this site: the function's KULTI_SITE_URL is not set.",
    { retryAfterS: 3_600 },
  );
}

/** @throws {KultiError} `session_not_found` for every address that is not a watch page of this site. */
export function readWatchAddress(address: string, siteUrl: string): WatchAddress {
  const [url, site] = [parsed(address), new URL(siteUrl)];
  const folder = site.pathname.replace(/\/$/, "");
  if (url?.origin === site.origin && url.pathname.startsWith(`${folder}/`)) {
    const [, agentId = "", sessionId = null] =
      /^\/(?:watch|embed)\/([^/]+)(?:\/([^/]+))?\/?$/.exec(url.pathname.slice(folder.length)) ?? [];
    if (agentIdPattern.test(agentId) && (sessionId === null || uuidPattern.test(sessionId))) {
      return {
        agent_id: agentId,
        session_id: sessionId?.toLowerCase() ?? null,
        query: url.search + url.hash,
      };
    }
  }
  throw new KultiError(
    "session_not_found",
    `Cannot embed this address: it is not a watch page of ${siteUrl}.`,
  );
}

const parsed = (address: string): URL | null => (URL.canParse(address) ? new URL(address) : null);
