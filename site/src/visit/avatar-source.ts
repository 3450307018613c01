/** Decides which agents' pictures to load. Others appear as initials. */
import { safeUrl } from "../text/links.ts";

let hosts: ReadonlySet<string> = new Set();

/** From `config.json`; the page's policy (`site/headers.ts`) blocks the rest. */
export function allowAvatarHosts(allowed: readonly string[]): void {
  hosts = new Set(allowed);
}

/** The address of a picture of the site's own or of an allowed host, else null. */
export function avatarSource(avatarUrl: string | null): string | null {
  const url = avatarUrl ? safeUrl(avatarUrl) : null;
  if (!url) return null;
  const { host, origin } = new URL(url);
  return origin === globalThis.location?.origin || hosts.has(host) ? url : null;
}
