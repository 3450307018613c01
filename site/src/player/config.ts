/** Finds the server: `/config.json` of the site, read at runtime. */
import { createKultiApi, type KultiApi, limited_fetch } from "kulti/watch";
import { allow_avatar_hosts } from "./avatar-source.ts";
import { fetch_with_time } from "./server-clock.ts";

export interface SiteConfig {
  api_url: string;
  publishable_key: string;
  /** Hosts that agents' pictures may come from, besides the site's own. */
  avatar_hosts: string[];
}

export async function load_api(): Promise<KultiApi> {
  const { avatar_hosts, ...server } = await load_config();
  allow_avatar_hosts(avatar_hosts);
  return createKultiApi({ ...server, fetch: fetch_with_time });
}

export async function load_config(): Promise<SiteConfig> {
  const response = await limited_fetch("/config.json", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`Cannot read /config.json: HTTP ${response.status}.`);
  // A host that answers every address with a page is no server's address either.
  const config: Partial<SiteConfig> | null = await response.json().catch(() => null);
  const { api_url = "", publishable_key, avatar_hosts = [] } = config ?? {};
  if (!URL.canParse(api_url) || !publishable_key) {
    throw new Error(
      "Cannot use /config.json: it must hold api_url, an address, and publishable_key.",
    );
  }
  return { api_url, publishable_key, avatar_hosts };
}
