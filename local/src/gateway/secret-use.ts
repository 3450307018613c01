/**
 * The gateway refuses secret keys in requests from foreign web pages, which can make any browser on this machine send
 * them, and under foreign host names, because a page can make its own name resolve to this machine.
 */
import type { ApiKeys } from "./api-keys.ts";
import { credentialsOf } from "./api-keys.ts";

/** The hosted gateway's own words. */
export const secretInBrowser = "Forbidden use of secret API key in browser";

/**
 * @param proxyHost the name under which a proxy in front serves the stack
 * @returns a hint that explains the refusal, or undefined
 */
export function refuseSecretUse(
  apiKeys: ApiKeys,
  headers: Headers,
  url: URL,
  proxyHost?: string,
): string | undefined {
  if (!credentialsOf(headers, url).some((key) => apiKeys.isSecret(key))) return undefined;
  const host = headers.get("host") ?? "";
  if (!isOwnName(host, proxyHost)) {
    return `Secret keys work under a name of this machine or of its proxy (proxyHost), not under "${host}".`;
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}` && origin !== `https://${host}`) {
    return `A page of ${origin} sent it. Use the publishable key in pages.`;
  }
  // Ports do not separate sites: a page of another server on this machine is "same-site".
  const site = headers.get("sec-fetch-site") ?? "none";
  if (site !== "none" && site !== "same-origin") {
    return `A page of another origin sent it (sec-fetch-site: ${site}). Use the publishable key in pages.`;
  }
  return undefined;
}

function isOwnName(host: string, proxyHost: string | undefined): boolean {
  const name = URL.parse(`http://${host}`)?.hostname;
  if (name === undefined) return false;
  return name === proxyHost?.toLowerCase() || loopback.test(name);
}

const loopback = /^(?:(?:[a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
