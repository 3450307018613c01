/**
 * The keys of a stack. The publishable key is the one of `supabase start`, because it gives access only to public data.
 * Secrets are random for each data folder: any page in a browser on this machine can reach the stack and could read
 * everything with a well-known secret.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { SignJWT } from "jose";

export type KeyRole = "anon" | "service_role";

export interface Secrets {
  secret_key: string;
  /** Signs the JWTs that keys stand for (HS256). */
  jwt_secret: string;
}

export interface Keys extends Secrets {
  publishable_key: string;
  /** The JWTs (HS256; role, iss, exp) that the two keys stand for; also the legacy anon and service_role keys. */
  anonJwt: string;
  serviceRoleJwt: string;
}

export function randomSecrets(): Secrets {
  return {
    secret_key: `sb_secret_${randomBytes(24).toString("base64url")}`,
    jwt_secret: randomBytes(32).toString("base64url"),
  };
}

/** The folder's secrets; creates them if it has none. The caller must hold the lock of `dataDir`. */
export async function keptSecrets(dataDir: string): Promise<Secrets> {
  const file = path.join(dataDir, "secrets.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`Cannot read the secrets of the stack: ${error.message}`);
  });
  if (text === undefined) return makeSecrets(file);
  // A copy or a restored backup may be readable by others.
  await chmod(file, 0o600);
  return parseSecrets(file, text);
}

/** All or nothing: a crash leaves no half file. */
async function makeSecrets(file: string): Promise<Secrets> {
  const secrets = randomSecrets();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}

function parseSecrets(file: string, text: string): Secrets {
  try {
    const { secret_key: secretKey, jwt_secret: jwtSecret } = JSON.parse(text);
    if (typeof secretKey === "string" && typeof jwtSecret === "string") {
      if (secretKey !== "" && jwtSecret !== "")
        return { secret_key: secretKey, jwt_secret: jwtSecret };
    }
  } catch {
    // The error below reports it, without the text.
  }
  throw new Error(
    `Cannot read the secrets of the stack: ${file} is not JSON with secret_key and jwt_secret. Remove it to get new ones.`,
  );
}

export async function keysOf({
  secret_key: secretKey,
  jwt_secret: jwtSecret,
}: Secrets): Promise<Keys> {
  return {
    publishable_key: "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
    secret_key: secretKey,
    anonJwt: await sign("anon", jwtSecret),
    serviceRoleJwt: await sign("service_role", jwtSecret),
    jwt_secret: jwtSecret,
  };
}

// Issuer and expiry (2032) are those of `supabase start`.
const sign = (role: KeyRole, secret: string): Promise<string> =>
  new SignJWT({ iss: "supabase-demo", role, exp: 1983812996 })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
