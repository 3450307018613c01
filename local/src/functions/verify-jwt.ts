import { jwtVerify } from "jose";

/**
 * Checks a caller as `verify_jwt = true` does: it needs a bearer JWT signed by this project, or an API key, whose JWT
 * the gateway has put into `sb-api-key`.
 * @returns why the caller is refused, or undefined
 */
export async function refuseCaller(
  request: Request,
  jwtSecret: string,
): Promise<string | undefined> {
  const header = request.headers.get("authorization");
  const own = header && !header.startsWith("Bearer sb_") ? header : undefined;
  const token = own ? own.match(/^Bearer (.+)$/)?.[1] : request.headers.get("sb-api-key");
  if (own && !token) return "Error: Auth header is not 'Bearer {token}'";
  if (!token) return "Error: Missing authorization header";
  return jwtVerify(token, new TextEncoder().encode(jwtSecret), { algorithms: ["HS256"] }).then(
    () => undefined,
    () => "Invalid JWT",
  );
}
