/** The code of an exported HTML file; fetched when a viewer asks for such a file. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { APIRoute } from "astro";

// biome-ignore lint/style/useNamingConvention: the name that Astro looks for
export const GET: APIRoute = async () => {
  // Found from the project and loaded by Node: as a part of the build's bundle it would miss its own sources.
  const require = createRequire(join(process.cwd(), "package.json"));
  const moduleUrl = pathToFileURL(require.resolve("kulti/export-page")).href;
  const { loadPageCode } = await import(/* @vite-ignore */ moduleUrl);
  return Response.json(await loadPageCode());
};
