/** Agent keys: `klt_` and 32 random bytes. Only their hash leaves the functions. */
import { encodeBase64Url } from "@std/encoding/base64url.js";
import { encodeHex } from "@std/encoding/hex.js";
import { keyPrefix } from "../protocol/routes.ts";

export const keyPattern = new RegExp(`^${keyPrefix}[A-Za-z0-9_-]{43}$`);

/** Characters of a key that are stored in the clear, so that its owner can tell keys apart. */
const shownCharacters = 12;

export interface NewKey {
  /** Shown once, stored nowhere. */
  api_key: string;
  key_hash: string;
  key_prefix: string;
}

export async function makeKey(): Promise<NewKey> {
  const apiKey = keyPrefix + encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  return {
    api_key: apiKey,
    key_hash: await sha256Hex(apiKey),
    key_prefix: apiKey.slice(0, shownCharacters),
  };
}

/** A key has 256 random bits, so one round of SHA-256 cannot be reversed, and the database can look it up. */
export async function sha256Hex(text: string): Promise<string> {
  return encodeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
