import { sha256_hex } from "./keys.ts";

/**
 * Tells callers apart for rate limits without keeping their addresses: the hash is salted with the project's secret,
 * so that the few billion possible addresses can't be tried out by whoever reads it. Cloudflare, which stands before
 * hosted projects, writes its header itself; the start of the other one is whatever the caller sent.
 */
export async function hash_address(request: Request, salt: string): Promise<string> {
  const seen = request.headers.get("cf-connecting-ip") ?? request.headers.get("x-forwarded-for");
  const address = seen?.split(",", 1)[0]?.trim() ?? "";
  return await sha256_hex(`${salt}\n${address}`);
}
