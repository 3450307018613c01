/**
 * Writes `_headers`, as Netlify and Cloudflare Pages read it, beside the built pages, and the policy into the pages
 * themselves for hosts that read no such file.
 */
import { glob, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import {
  cache_control,
  content_security_policy,
  inline_script_hashes,
  security_headers,
} from "./headers.ts";

export function host_files(): AstroIntegration {
  return {
    name: "host-files",
    hooks: {
      "astro:build:done": async ({ dir }) => {
        const dist = fileURLToPath(dir);
        const script_hashes = await hashes_below(dist);
        const pages = await pages_below(dist);
        await writeFile(`${dist}/_headers`, headers_file(script_hashes, pages));
        for await (const file of glob("**/*.html", { cwd: dist })) {
          const html = await readFile(`${dist}/${file}`, "utf8");
          await writeFile(`${dist}/${file}`, with_policy(html, script_hashes));
        }
      },
    },
  };
}

/**
 * Hosts either join the headers of all rules that fit an address, or take those of the closest. So the rule for all
 * pages is the one that lets them be framed, and each page that is not to be has the whole policy once more: both ways
 * that one holds.
 */
export function headers_file(script_hashes: readonly string[], pages: readonly string[]): string {
  const open = Object.entries(security_headers({ script_hashes, framed_by: "anyone" }));
  const closed = content_security_policy({ script_hashes });
  const rules = pages
    .filter((page) => !page.startsWith("/embed"))
    .flatMap((page) => [page, `  content-security-policy: ${closed}`]);
  return [
    "/*",
    ...open.map(([name, value]) => `  ${name}: ${value}`),
    ...rules,
    "/assets/*",
    `  cache-control: ${cache_control("/assets/")}`,
    "",
  ].join("\n");
}

/** Framing can only be governed by a header; all else holds from here. */
export function with_policy(html: string, script_hashes: readonly string[]): string {
  const policy = content_security_policy({ script_hashes, framed_by: "anyone" });
  return html.replace(
    '<meta charset="utf-8">',
    (first) => `${first}<meta http-equiv="content-security-policy" content="${policy}">`,
  );
}

/** `/`, `/404`, `/watch/*`: what was built, as the patterns of hosts name it. */
async function pages_below(dist: string): Promise<string[]> {
  const pages = new Set<string>();
  for await (const file of glob("**/*.html", { cwd: dist })) {
    const [folder = "", ...more] = file.split("/");
    const name = folder.replace(/\.html$/, "");
    pages.add(name === "index" ? "/" : `/${name}`);
    if (more.length > 0) pages.add(`/${name}/*`);
  }
  return [...pages].sort();
}

/** Of all pages below `dist`, each hash once. */
export async function hashes_below(dist: string): Promise<string[]> {
  const hashes = new Set<string>();
  for await (const file of glob("**/*.html", { cwd: dist })) {
    for (const hash of inline_script_hashes(await readFile(`${dist}/${file}`, "utf8"))) {
      hashes.add(hash);
    }
  }
  return [...hashes].sort();
}
