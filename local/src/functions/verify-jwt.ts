import { jwtVerify } from "jose";

/**
 * What `verify_jwt = true` asks of a caller: a bearer JWT signed by this project, or an API key, for which the gateway
 * has put the JWT it stands for into `sb-api-key`.
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
