/** Which agents' pictures are loaded. All others are shown as initials. */
import { safeUrl } from "../text/links.ts";

let hosts: ReadonlySet<string> = new Set();

/** As `config.json` says; the page's policy (`site/headers.ts`) holds back the rest. */
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
