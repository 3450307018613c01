/** Answers the dynamic routes in `astro dev`, which knows only the pages that are built. */
import type { AstroIntegration } from "astro";
import { pageOf } from "./routes.ts";

export function devRoutes(): AstroIntegration {
  return {
    name: "dev-routes",
    hooks: {
      "astro:server:setup": ({ server }) => {
        server.middlewares.use((request, _, next) => {
          request.url = shellUrl(request.url ?? "/");
          next();
        });
      },
    },
  };
}

/** Maps an address to its shell page and keeps the query. Other addresses stay the same. */
export function shellUrl(url: string): string {
  const [pathname = "", query] = url.split(/\?(.*)/s, 2);
  const page = pageOf(pathname);
  if (!pathname.startsWith(`${page}/`) || page === "/") return url;
  return query === undefined ? `${page}/` : `${page}/?${query}`;
}
