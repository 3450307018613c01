/** Who is calling: API keys in, the JWT that they stand for out. */
import type { Keys } from "../keys.ts";

export class ApiKeys {
  readonly #jwt_of: Map<string, string>;

  constructor(keys: Keys) {
    this.#jwt_of = new Map([
      [keys.publishable_key, keys.anon_jwt],
      [keys.secret_key, keys.service_role_jwt],
      [keys.anon_jwt, keys.anon_jwt],
      [keys.service_role_jwt, keys.service_role_jwt],
    ]);
  }

  /** The JWT of a key; undefined for a key that this project does not have. */
  jwt_of(key: string): string | undefined {
    return this.#jwt_of.get(key);
  }

  /** What a service gets as Authorization: a JWT of the caller's own as it is, else that of the key. */
  authorization(own: string | null, key: string): string {
    // supabase-js repeats the key as a bearer token when no user is signed in.
    if (own !== null && !own.startsWith("Bearer sb_")) return own;
    return `Bearer ${this.jwt_of(key)}`;
  }
}

/** From the header, else the query, as the gateway's key check looks for it. */
export function api_key_of(headers: Headers, url: URL): string | null {
  return headers.get("apikey") ?? url.searchParams.get("apikey");
}

export const NO_KEY = "No API key found in request";
export const UNKNOWN_KEY = "Invalid API key";
