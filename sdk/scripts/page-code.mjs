// Builds the code inside an exported HTML file: one script and one style, each with its hash.
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const sources = fileURLToPath(new URL("../src/export/offline/", import.meta.url));

/** @returns {Promise<import("../src/export/html.ts").PageCode>} */
export async function buildPageCode() {
  const { outputFiles } = await build({
    absWorkingDir: sources,
    entryPoints: { script: "main.ts", style: "style.css" },
    outdir: "/",
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    charset: "utf8",
    legalComments: "none",
    target: ["chrome123", "firefox120", "safari17.5"],
    logLevel: "warning",
  });
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  const [script, style] = [textOf(".js"), textOf(".css")];
  for (const text of [script, style]) {
    if (/<\/(script|style)|<!--/i.test(text))
      throw new Error("Cannot inline the code of the page: it contains an HTML tag.");
  }
  return { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) };
}

const hashOf = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
