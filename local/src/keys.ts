/**
 * The keys of a stack. The publishable key is that of `supabase start`, since it opens nothing that is not public. What
 * is secret is random for each data folder: any page in a browser on this machine can reach the stack, so a secret that
 * everybody knows would let it read everything.
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
  /** The JWTs (HS256; role, iss, exp) which the two keys stand for; also the legacy anon and service_role keys. */
  anon_jwt: string;
  service_role_jwt: string;
}

export function random_secrets(): Secrets {
  return {
    secret_key: `sb_secret_${randomBytes(24).toString("base64url")}`,
    jwt_secret: randomBytes(32).toString("base64url"),
  };
}

/** Those of the folder, made when it has none. The caller holds the lock of `data_dir`. */
export async function kept_secrets(data_dir: string): Promise<Secrets> {
  const file = path.join(data_dir, "secrets.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`Cannot read the secrets of the stack: ${error.message}`);
  });
  if (text === undefined) return make_secrets(file);
  // A copy or a restored backup may be open to others.
  await chmod(file, 0o600);
  return parse_secrets(file, text);
}

/** All or nothing: a crash leaves no half file. */
async function make_secrets(file: string): Promise<Secrets> {
  const secrets = random_secrets();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}

function parse_secrets(file: string, text: string): Secrets {
  try {
    const { secret_key, jwt_secret } = JSON.parse(text);
    if (typeof secret_key === "string" && typeof jwt_secret === "string") {
      if (secret_key !== "" && jwt_secret !== "") return { secret_key, jwt_secret };
    }
  } catch {
    // Said below, without the text.
  }
  throw new Error(
    `Cannot read the secrets of the stack: ${file} is not JSON with secret_key and jwt_secret. Remove it to get new ones.`,
  );
}

export async function keys_of({ secret_key, jwt_secret }: Secrets): Promise<Keys> {
  return {
    publishable_key: "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
    secret_key,
    anon_jwt: await sign("anon", jwt_secret),
    service_role_jwt: await sign("service_role", jwt_secret),
    jwt_secret,
  };
}

// Issuer and expiry (2032) are those of `supabase start`.
const sign = (role: KeyRole, secret: string): Promise<string> =>
  new SignJWT({ iss: "supabase-demo", role, exp: 1983812996 })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
