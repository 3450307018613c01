import react from "@astrojs/react";
import { defineConfig } from "astro/config";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { devRoutes } from "./host/dev-routes.ts";
import { headHints } from "./host/head-hints.ts";
import { hostFiles } from "./host/host-files.ts";

const resolve = { conditions: ["kulti-source", ...defaultServerConditions], noExternal: ["kulti"] };

export default defineConfig({
  output: "static",
  ...(process.env.KULTI_SITE_URL && { site: process.env.KULTI_SITE_URL }),
  trailingSlash: "ignore",
  devToolbar: { enabled: false },
  // Everything that a page runs or wears is a file of its own, so that the Content-Security-Policy can stay narrow.
  build: { assets: "assets", inlineStylesheets: "never" },
  vite: {
    build: { assetsInlineLimit: 0 },
    worker: { format: "es" },
    // The SDK's sources instead of its built files.
    resolve: { conditions: ["kulti-source", ...defaultClientConditions] },
    environments: { ssr: { resolve }, prerender: { resolve } },
  },
  integrations: [react(), devRoutes(), headHints(), hostFiles()],
});
