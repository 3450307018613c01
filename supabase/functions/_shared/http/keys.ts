/** Agent keys: `klt_` and 32 random bytes. Only their hash leaves the functions. */
import { encodeBase64Url } from "@std/encoding/base64url.js";
import { encodeHex } from "@std/encoding/hex.js";
import { key_prefix } from "../protocol/routes.ts";

export const key_pattern = new RegExp(`^${key_prefix}[A-Za-z0-9_-]{43}$`);

/** Characters of a key that are stored in the clear, so that its owner can tell keys apart. */
const shown_characters = 12;

export interface NewKey {
  /** Shown once, stored nowhere. */
  api_key: string;
  key_hash: string;
  key_prefix: string;
}

export async function make_key(): Promise<NewKey> {
  const api_key = key_prefix + encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  return {
    api_key,
    key_hash: await sha256_hex(api_key),
    key_prefix: api_key.slice(0, shown_characters),
  };
}

/** A key holds 256 random bits: one round of SHA-256 can't be guessed back, and the database can look it up. */
export async function sha256_hex(text: string): Promise<string> {
  return encodeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
