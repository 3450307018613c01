/** Makes `vercel.json`. Vercel reads it before the build, so it is in the repository. `npm run generate` writes it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheControl, securityHeaders } from "./headers.ts";
import { dynamicRoutes } from "./routes.ts";

export const vercelPath = join(import.meta.dirname, "../vercel.json");

export function vercelFile(): string {
  // The policy names the server, which only the build knows, so the built pages contain it.
  const { "content-security-policy": _, ...headers } = securityHeaders({
    scriptHashes: [],
    apiUrl: "https://built.invalid",
  });
  const embeddable = dynamicRoutes.filter(({ isEmbeddable }) => isEmbeddable);
  const pages = embeddable.map(({ page }) => page.slice(1)).join("|");
  const config = {
    $schema: "https://openapi.vercel.sh/vercel.json",
    // Not `:path*`, because Vercel adds that to the query as `?path=…`.
    rewrites: dynamicRoutes.map(({ page }) => ({
      source: `${page}/(.*)`,
      destination: `${page}/index.html`,
    })),
    headers: [
      rule(`/((?!(?:${pages})(?:/|$)).*)`, {
        "content-security-policy": "frame-ancestors 'self'",
      }),
      rule("/(.*)", headers),
      rule("/assets/(.*)", { "cache-control": cacheControl("/assets/") }),
      rule("/config.json", { "cache-control": cacheControl("/config.json") }),
    ],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

const rule = (source: string, headers: Record<string, string>) => ({
  source,
  headers: Object.entries(headers).map(([key, value]) => ({ key, value })),
});

export const readVercelFile = (): string => readFileSync(vercelPath, "utf8");

export const writeVercelFile = (): void => writeFileSync(vercelPath, vercelFile());
