/** Which service a public path belongs to, and its path there. */

export type Part = "rest" | "realtime" | "functions";

export type Route =
  | { part: Part; path: string }
  /** A service of Supabase that this stack does not have. */
  | { missing: string };

const prefixes: [prefix: string, part: Part, path: string][] = [
  ["/rest/v1", "rest", ""],
  ["/realtime/v1/api", "realtime", "/api"],
  ["/realtime/v1", "realtime", "/socket"],
  ["/functions/v1", "functions", ""],
];

const missingServices: [prefix: string, name: string][] = [
  ["/auth/v1", "Auth"],
  ["/storage/v1", "Storage"],
  ["/graphql/v1", "GraphQL"],
  ["/analytics/v1", "Analytics"],
  ["/pooler/v2", "Pooler"],
  ["/pg", "Postgres Meta"],
];

export function routeOf(pathname: string): Route | undefined {
  for (const [prefix, part, path] of prefixes) {
    if (isBelow(pathname, prefix)) {
      return { part, path: `${path}${pathname.slice(prefix.length)}` || "/" };
    }
  }
  const missing = missingServices.find(([prefix]) => isBelow(pathname, prefix));
  return missing && { missing: missing[1] };
}

const isBelow = (pathname: string, prefix: string): boolean =>
  pathname === prefix || pathname.startsWith(`${prefix}/`);
