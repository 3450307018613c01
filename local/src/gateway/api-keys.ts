/** API keys, and the JWT that each stands for. */
import { decodeJwt } from "jose";
import type { Keys } from "../keys.ts";

export class ApiKeys {
  readonly #jwtOf: Map<string, string>;
  readonly #secretKey: string;

  constructor(keys: Keys) {
    this.#secretKey = keys.secret_key;
    this.#jwtOf = new Map([
      [keys.publishable_key, keys.anonJwt],
      [keys.secret_key, keys.serviceRoleJwt],
      [keys.anonJwt, keys.anonJwt],
      [keys.serviceRoleJwt, keys.serviceRoleJwt],
    ]);
  }

  /** The JWT of a key; undefined for a key that this project does not have. */
  jwtOf(key: string): string | undefined {
    return this.#jwtOf.get(key);
  }

  /** The Authorization header for a service: the caller's own JWT or, without one, the key's. */
  authorization(own: string | null, key: string): string {
    // supabase-js repeats the key as a bearer token when no user is signed in.
    if (own !== null && !own.startsWith("Bearer sb_")) return own;
    return `Bearer ${this.jwtOf(key)}`;
  }

  /** Whether a key or JWT may grant more than visitors have. The service that gets the JWT verifies it. */
  isSecret(credential: string): boolean {
    return credential === this.#secretKey || !visitors.has(roleOf(credential));
  }
}

const visitors: ReadonlySet<unknown> = new Set([undefined, "anon", "authenticated"]);

function roleOf(credential: string): unknown {
  try {
    return decodeJwt(credential).role;
  } catch {
    return undefined;
  }
}

/** The key from the header or, without one, from the query, where the gateway's key check looks for it. */
export function apiKeyOf(headers: Headers, url: URL): string | null {
  return headers.get("apikey") ?? url.searchParams.get("apikey");
}

/** Everything in a request that a part may treat as a key. */
export function credentialsOf(headers: Headers, url: URL): string[] {
  const bearer = headers.get("authorization")?.replace(/^bearer\s+/i, "");
  const sent = [headers.get("apikey"), headers.get("x-api-key"), bearer];
  return [...sent, ...url.searchParams.getAll("apikey")].filter((key) => typeof key === "string");
}

export const noKey = "No API key found in request";
export const unknownKey = "Invalid API key";
