/** As the CHECK of the setting `address_header` in SQL: x-forwarded-for, x-real-ip, cf-connecting-ip, fly-client-ip … */
const addressHeader = /^(x-forwarded-for|[a-z0-9-]{1,60}ip)$/;

/** A longer list of addresses is made up; only its end counts. */
const maxCharacters = 1_024;

/**
 * The request's headers that may hold the caller's network address. A setting of the database names the trusted one;
 * the database stores only a hash of it.
 */
export function addressHeaders(request: Request): Record<string, string> {
  const told: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (addressHeader.test(name)) told[name] = value.slice(-maxCharacters);
  }
  return told;
}
