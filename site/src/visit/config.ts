/** Finds the server: `/config.json` of the site, read at runtime. */
import { createKultiApi, type KultiApi, limitedFetch } from "kulti/watch";
import { allowAvatarHosts } from "./avatar-source.ts";
import { fetchWithTime } from "./server-clock.ts";

export interface SiteConfig {
  api_url: string;
  publishable_key: string;
  /** Hosts that agents' pictures may come from, besides the site's own. */
  avatar_hosts: string[];
}

export async function loadApi(): Promise<KultiApi> {
  const config = await loadConfig();
  allowAvatarHosts(config.avatar_hosts);
  return createKultiApi({
    apiUrl: config.api_url,
    publishableKey: config.publishable_key,
    fetch: fetchWithTime,
  });
}

async function loadConfig(): Promise<SiteConfig> {
  const response = await limitedFetch("/config.json", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`Cannot read /config.json: HTTP ${response.status}.`);
  // A host may answer every address with a page, which is not a config.
  const config: Partial<SiteConfig> | null = await response.json().catch(() => null);
  const {
    api_url: apiUrl = "",
    publishable_key: publishableKey,
    avatar_hosts: avatarHosts = [],
  } = config ?? {};
  if (!URL.canParse(apiUrl) || !publishableKey) {
    throw new Error(
      "Cannot use /config.json: it must contain api_url, an address, and publishable_key.",
    );
  }
  return { api_url: apiUrl, publishable_key: publishableKey, avatar_hosts: avatarHosts };
}
