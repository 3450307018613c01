/** The keys of a stack: what `supabase start` gives to every local project, the same on each machine. */
import { SignJWT } from "jose";

export const JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long";

export type KeyRole = "anon" | "service_role";

export interface Keys {
  publishable_key: string;
  secret_key: string;
  /** The JWTs (HS256; role, iss, exp) which the two keys stand for; also the legacy anon and service_role keys. */
  anon_jwt: string;
  service_role_jwt: string;
  jwt_secret: string;
}

export async function local_keys(jwt_secret: string = JWT_SECRET): Promise<Keys> {
  return {
    publishable_key: "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
    secret_key: "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
    anon_jwt: await sign("anon", jwt_secret),
    service_role_jwt: await sign("service_role", jwt_secret),
    jwt_secret,
  };
}

// Issuer and expiry (2032) are those of `supabase start`, so that its well-known legacy keys come out.
const sign = (role: KeyRole, secret: string): Promise<string> =>
  new SignJWT({ iss: "supabase-demo", role, exp: 1983812996 })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
