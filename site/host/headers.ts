/** The headers that the built site is served with, wherever it is served. */
import { createHash } from "node:crypto";

export interface PolicyOptions {
  /** Content hashes of the inline scripts, see `inlineScriptHashes`. */
  scriptHashes: readonly string[];
  /** The project's address: beside the site itself, the only one that a page may connect to. */
  apiUrl: string;
  /** See `avatar-hosts.ts`; default: none. */
  avatarHosts?: readonly string[];
  /** Whose pages may show this one in a frame. Default: the site's own. */
  framedBy?: "site" | "anyone";
}

/**
 * Styles may be inline (the terminal makes its own), scripts may not, apart from those of the build. Pictures come from
 * the site and from the hosts named for avatars.
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
    // Left out rather than `*`, which would still shut out pages without a host: files, frames of srcdoc, applications.
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

/** `sha256-…` of each script that stands in a page itself. */
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

/** Built files carry their hash in their name; pages and `config.json` are asked for again. */
export function cacheControl(pathname: string): string {
  return pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}
