import { sha256_hex } from "./keys.ts";

/**
 * Tells callers apart for rate limits without keeping their addresses: the hash is salted with the project's secret,
 * so that the few billion possible addresses can't be tried out by whoever reads it.
 */
export async function hash_address(request: Request, salt: string): Promise<string> {
  const forwarded = request.headers.get("x-forwarded-for") ?? "";
  const address = forwarded.split(",", 1)[0]?.trim() ?? "";
  return await sha256_hex(`${salt}\n${address}`);
}
