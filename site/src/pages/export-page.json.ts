/** The player inside an exported HTML file; the page fetches it when a viewer exports one. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { APIRoute } from "astro";

// biome-ignore lint/style/useNamingConvention: the name that Astro looks for
export const GET: APIRoute = async () => {
  // Node loads it from the project: inside the build's bundle it would not find its own sources.
  const require = createRequire(join(process.cwd(), "package.json"));
  const moduleUrl = pathToFileURL(
    join(dirname(require.resolve("kulti/package.json")), "src/export/load-page-code.ts"),
  ).href;
  const { loadPageCode } = await import(/* @vite-ignore */ moduleUrl);
  return Response.json(await loadPageCode());
};
