/** The caller: role and claims of the bearer token, checked as PostgREST does, with its codes. */
import { compactVerify } from "jose";
import { ApiError } from "./api-error.ts";

export interface Caller {
  role: string;
  claims: Record<string, unknown>;
}

export type Authenticate = (authorization: string | null) => Promise<Caller>;

// The signer's clock and this machine's may differ by this much.
const skewS = 30;
// Verified tokens are kept: a stack sees few different ones, and each costs a trip to the thread pool.
const cachedTokens = 256;

export function createAuthenticate(jwtSecret: string, anonRole: string): Authenticate {
  const key = new TextEncoder().encode(jwtSecret);
  const verified = new Map<string, Record<string, unknown>>();

  async function claimsOf(token: string): Promise<Record<string, unknown>> {
    const known = verified.get(token);
    if (known) return known;
    const claims = await verify(token, key);
    const oldest = verified.size >= cachedTokens ? verified.keys().next().value : undefined;
    if (oldest !== undefined) verified.delete(oldest);
    verified.set(token, claims);
    return claims;
  }

  return async (authorization) => {
    const token = /^bearer(?:\s([\s\S]*))?$/i.exec(authorization ?? "");
    if (!token) return { role: anonRole, claims: { role: anonRole } };
    const claims = await claimsOf(token[1]?.trim() ?? "");
    checkClaims(claims);
    const role = "role" in claims ? textOf(claims.role) : anonRole;
    return { role, claims: { ...claims, role } };
  };
}

async function verify(token: string, key: Uint8Array): Promise<Record<string, unknown>> {
  if (token === "") throw undecodable("Empty JWT is sent in Authorization header");
  const parts = token.split(".").length;
  if (parts !== 3) throw undecodable(`Expected 3 parts in JWT; got ${parts}`);
  let payload: Uint8Array;
  try {
    ({ payload } = await compactVerify(token, key, { algorithms: ["HS256"] }));
  } catch {
    throw undecodable(
      "No suitable key or wrong key type",
      "None of the keys was able to decode the JWT",
    );
  }
  return parseClaims(payload);
}

function parseClaims(payload: Uint8Array): Record<string, unknown> {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    throw refused("Parsing claims failed");
  }
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    throw refused("Parsing claims failed");
  }
  return claims as Record<string, unknown>;
}

function checkClaims(claims: Record<string, unknown>): void {
  const now = Math.floor(Date.now() / 1000);
  if (timeOf(claims, "exp", now) < now - skewS) throw refused("JWT expired");
  if (timeOf(claims, "nbf", now) > now + skewS) throw refused("JWT not yet valid");
  if (timeOf(claims, "iat", now) > now + skewS) throw refused("JWT issued at future");
}

function timeOf(claims: Record<string, unknown>, name: string, absent: number): number {
  const value = claims[name] ?? absent;
  if (typeof value === "number") return value;
  throw refused(`The JWT '${name}' claim must be a number`);
}

function textOf(claim: unknown): string {
  return typeof claim === "string" ? claim : JSON.stringify(claim);
}

function undecodable(message: string, details: string | null = null): ApiError {
  return new ApiError(401, "PGRST301", message, { details, headers: challenge(message) });
}

function refused(message: string): ApiError {
  return new ApiError(401, "PGRST303", message, { headers: challenge(message) });
}

function challenge(message: string): Record<string, string> {
  return {
    "WWW-Authenticate": `Bearer error="invalid_token", error_description=${JSON.stringify(message)}`,
  };
}
