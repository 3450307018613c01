/** The caller: an agent by its key, the project by its secret key, or anyone. */
import { timingSafeEqual } from "@std/crypto/timing_safe_equal.js";
import { decodeBase64 } from "@std/encoding/base64.js";
import { KultiError } from "../protocol/errors.ts";
import { keyPrefix } from "../protocol/routes.ts";
import { keyPattern, sha256Hex } from "./keys.ts";

export function missingKey(): KultiError {
  return new KultiError(
    "missing_key",
    `Cannot identify the agent: the request has no key. Send it as "Authorization: Bearer ${keyPrefix}..." or "X-Kulti-Key: ${keyPrefix}...", or in the URL: ".../ingest/${keyPrefix}...". POST /functions/v1/agents registers an agent and returns its key.`,
  );
}

/** The hash of the agent's key as the database stores it, or null when the request carries no agent's key. */
export async function findKeyHash(request: Request): Promise<string | null> {
  const key =
    request.headers.get("x-kulti-key")?.trim() || keyInAuthorization(request) || keyInPath(request);
  if (!key) return null;
  if (!keyPattern.test(key)) {
    throw new KultiError(
      "unknown_key",
      `Cannot use this key: an agent's key is ${keyPrefix} followed by 43 letters, digits, - or _.`,
    );
  }
  return await sha256Hex(key);
}

function keyInAuthorization(request: Request): string | null {
  const [scheme = "", value = ""] = (request.headers.get("authorization") ?? "")
    .trim()
    .split(/\s+/);
  switch (scheme.toLowerCase()) {
    case "bearer":
      return isProjectKey(value) ? null : value;
    // `https://agent:klt_...@host`: curl takes a password in its URL.
    case "basic":
      return passwordOf(value);
    default:
      return null;
  }
}

/**
 * `/ingest/klt_...`: for clients that have a server's address but no place for a key, and that refuse a password in the
 * address, as `fetch` does. URLs end up in more logs than headers do, so a header wins.
 */
function keyInPath(request: Request): string | null {
  return /^\/ingest\/(klt_[^/]*)/.exec(new URL(request.url).pathname)?.[1] ?? null;
}

/** supabase-js sends the project's key, or the gateway's JWT for it, in the place of an agent's key. */
function isProjectKey(value: string): boolean {
  return /^sb_(publishable|secret)_/.test(value) || /^[\w-]+\.[\w-]+\.[\w-]*$/.test(value);
}

function passwordOf(credentials: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(credentials) || credentials.length % 4 === 1) return null;
  const [name = "", password = ""] = new TextDecoder()
    .decode(decodeBase64(credentials))
    .split(":", 2);
  return password || name;
}

/** True when the request has one of the project's secret keys, in `apikey` or as a bearer token. */
export async function isProject(request: Request, secretKeys: readonly string[]): Promise<boolean> {
  const bearer = /^bearer\s+(\S+)$/i.exec(request.headers.get("authorization")?.trim() ?? "")?.[1];
  const offered = [request.headers.get("apikey"), bearer].filter((key) => key);
  for (const key of offered) {
    for (const secret of secretKeys) {
      if (await areEqual(key as string, secret)) return true;
    }
  }
  return false;
}

/** Compares digests, so that its duration reveals neither content nor length. */
async function areEqual(left: string, right: string): Promise<boolean> {
  const encoder = new TextEncoder();
  const [a, b] = await Promise.all(
    [left, right].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  return timingSafeEqual(a as ArrayBuffer, b as ArrayBuffer);
}
