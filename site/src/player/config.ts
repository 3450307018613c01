/** Finds the server: `/config.json` of the site, read at runtime. */
import { createKultiApi, type KultiApi } from "kulti/watch";

export interface SiteConfig {
  api_url: string;
  publishable_key: string;
}

export async function load_api(): Promise<KultiApi> {
  return createKultiApi(await load_config());
}

export async function load_config(): Promise<SiteConfig> {
  const response = await fetch("/config.json", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`Cannot read /config.json: HTTP ${response.status}.`);
  const config = (await response.json()) as Partial<SiteConfig>;
  const { api_url, publishable_key } = config;
  if (!api_url || !publishable_key) {
    throw new Error("Cannot use /config.json: it must hold api_url and publishable_key.");
  }
  return { api_url, publishable_key };
}
