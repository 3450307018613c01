/** As the CHECK of the setting `address_header` in SQL: x-forwarded-for, x-real-ip, cf-connecting-ip, fly-client-ip … */
const addressHeader = /^(x-forwarded-for|[a-z0-9-]{1,60}ip)$/;

/** A list of addresses longer than this was made up; its end holds what counts. */
const maxCharacters = 1_024;

/**
 * The request's headers that may tell the caller's network address. Which one is trusted is a setting of the database,
 * and only a hash of it is stored there.
 */
export function addressHeaders(request: Request): Record<string, string> {
  const told: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (addressHeader.test(name)) told[name] = value.slice(-maxCharacters);
  }
  return told;
}
