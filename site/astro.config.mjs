import react from "@astrojs/react";
import { defineConfig } from "astro/config";
import { devRoutes } from "./host/dev-routes.ts";
import { headHints } from "./host/head-hints.ts";
import { hostFiles } from "./host/host-files.ts";

export default defineConfig({
  output: "static",
  ...(process.env.KULTI_SITE_URL && { site: process.env.KULTI_SITE_URL }),
  trailingSlash: "ignore",
  devToolbar: { enabled: false },
  // Everything that a page runs or wears is a file of its own, so that the Content-Security-Policy can stay narrow.
  build: { assets: "assets", inlineStylesheets: "never" },
  vite: { build: { assetsInlineLimit: 0 }, worker: { format: "es" } },
  integrations: [react(), devRoutes(), headHints(), hostFiles()],
});
