/**
 * The caller's address, as the parts see it. A caller may write any header, so the gateway drops its claims
 * and appends the peer to `x-forwarded-for`: its last entry is true. Behind a proxy, that entry is the proxy's.
 */
import type { IncomingMessage } from "node:http";

/** Headers in which proxies, and so callers, name an address. */
const claims = [
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "cf-pseudo-ipv4",
  "client-ip",
  "fastly-client-ip",
  "fly-client-ip",
  "forwarded",
  "forwarded-for",
  "sb-forwarded-for",
  "true-client-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-envoy-external-address",
  "x-forwarded",
  "x-original-forwarded-for",
  "x-real-ip",
  "x-vercel-forwarded-for",
];

/** @param behindProxy whether all requests come through a proxy that has done the same */
export function setForwarded(
  headers: Headers,
  incoming: IncomingMessage,
  behindProxy: boolean,
): void {
  const peer = (incoming.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
  const claimed = headers.get("x-forwarded-for");
  const chain = behindProxy ? (claimed ?? peer) : claimed === null ? peer : `${claimed}, ${peer}`;
  for (const name of claims) headers.delete(name);
  headers.set("x-forwarded-for", chain);
  headers.set("x-real-ip", chain.slice(chain.lastIndexOf(",") + 1).trim());
  const host = URL.parse(`http://${headers.get("host")}`);
  const own = {
    "x-forwarded-proto": "http",
    "x-forwarded-host": host?.hostname ?? "",
    "x-forwarded-port": host?.port ?? "",
  };
  for (const [name, value] of Object.entries(own)) {
    if (!behindProxy || !headers.has(name)) headers.set(name, value);
  }
}
