/** Who is calling: API keys in, the JWT that they stand for out. */
import { decodeJwt } from "jose";
import type { Keys } from "../keys.ts";

export class ApiKeys {
  readonly #jwt_of: Map<string, string>;
  readonly #secret_key: string;

  constructor(keys: Keys) {
    this.#secret_key = keys.secret_key;
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

  /** Whether a key or JWT opens more than any visitor may see. The JWT need not be valid: its service decides that. */
  is_secret(credential: string): boolean {
    return credential === this.#secret_key || !VISITORS.has(role_of(credential));
  }
}

const VISITORS: ReadonlySet<unknown> = new Set([undefined, "anon", "authenticated"]);

function role_of(credential: string): unknown {
  try {
    return decodeJwt(credential).role;
  } catch {
    return undefined;
  }
}

/** From the header, else the query, as the gateway's key check looks for it. */
export function api_key_of(headers: Headers, url: URL): string | null {
  return headers.get("apikey") ?? url.searchParams.get("apikey");
}

/** Everything on a request that a part may take for a key. */
export function credentials_of(headers: Headers, url: URL): string[] {
  const bearer = headers.get("authorization")?.replace(/^bearer\s+/i, "");
  const sent = [headers.get("apikey"), headers.get("x-api-key"), bearer];
  return [...sent, ...url.searchParams.getAll("apikey")].filter((key) => typeof key === "string");
}

export const NO_KEY = "No API key found in request";
export const UNKNOWN_KEY = "Invalid API key";
