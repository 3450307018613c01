/** The response headers of the built site, the same on every host. */
import { createHash } from "node:crypto";

export interface PolicyOptions {
  /** Content hashes of the inline scripts, see `inlineScriptHashes`. */
  scriptHashes: readonly string[];
  /** The project's URL. A page may connect only to this and to the site itself. */
  apiUrl: string;
  /** See `avatar-hosts.ts`. Default: none. */
  avatarHosts?: readonly string[];
  /** The pages that may frame this one. Default: the site's own. */
  framedBy?: "site" | "anyone";
}

/**
 * Allows inline styles, because the terminal creates some. Allows inline scripts only if they come from the build.
 * Allows images from the site and from the avatar hosts.
 */
export function contentSecurityPolicy(options: PolicyOptions): string {
  const { scriptHashes, apiUrl, avatarHosts = [], framedBy = "site" } = options;
  const api = new URL(apiUrl).origin;
  const socket = api.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    `script-src 'self' ${scriptHashes.map((hash) => `'${hash}'`).join(" ")}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    ["img-src 'self' data:", ...avatarHosts].join(" "),
    "worker-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${api} ${socket}`,
    "base-uri 'none'",
    "form-action 'none'",
    // Omitted, because even `*` would refuse pages without a host: files, srcdoc frames, applications.
    ...(framedBy === "site" ? ["frame-ancestors 'self'"] : []),
  ].join("; ");
}

export function securityHeaders(options: PolicyOptions): Record<string, string> {
  return {
    "content-security-policy": contentSecurityPolicy(options),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
  };
}

/** `sha256-…` of each inline script of a page. */
export function inlineScriptHashes(html: string): string[] {
  return html
    .split("</script>")
    .slice(0, -1)
    .flatMap((beforeEnd) => {
      const tag = beforeEnd.indexOf("<script");
      const end = tag < 0 ? -1 : beforeEnd.indexOf(">", tag);
      if (end < 0 || /\ssrc=/.test(beforeEnd.slice(tag, end))) return [];
      const source = beforeEnd.slice(end + 1);
      return [`sha256-${createHash("sha256").update(source).digest("base64")}`];
    });
}

/** Names of built files contain a hash, so browsers may keep them. They revalidate pages and `config.json`. */
export function cacheControl(pathname: string): string {
  return pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}
