/**
 * Writes `_headers`, as Netlify and Cloudflare Pages read it, beside the built pages, and the policy into the pages
 * themselves for hosts that read no such file. Both name what the built `config.json` names.
 */
import { glob, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import {
  cache_control,
  content_security_policy,
  inline_script_hashes,
  type PolicyOptions,
  security_headers,
} from "./headers.ts";

type Policy = Omit<PolicyOptions, "framed_by">;

export function host_files(): AstroIntegration {
  return {
    name: "host-files",
    hooks: {
      "astro:build:done": async ({ dir }) => {
        const dist = fileURLToPath(dir);
        const { api_url, avatar_hosts } = JSON.parse(await readFile(`${dist}/config.json`, "utf8"));
        const policy = { script_hashes: await hashes_below(dist), api_url, avatar_hosts };
        await writeFile(`${dist}/_headers`, headers_file(policy, await pages_below(dist)));
        for await (const file of glob("**/*.html", { cwd: dist })) {
          const html = await readFile(`${dist}/${file}`, "utf8");
          await writeFile(`${dist}/${file}`, with_policy(html, policy));
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
export function headers_file(policy: Policy, pages: readonly string[]): string {
  const open = Object.entries(security_headers({ ...policy, framed_by: "anyone" }));
  const closed = content_security_policy(policy);
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
export function with_policy(html: string, policy: Policy): string {
  const content = content_security_policy({ ...policy, framed_by: "anyone" });
  return html.replace(
    '<meta charset="utf-8">',
    (first) => `${first}<meta http-equiv="content-security-policy" content="${content}">`,
  );
}

/** For a server that sends the policy as a header, which may name another address than the build did. */
export function without_policy(html: string): string {
  return html.replace(/<meta http-equiv="content-security-policy" content="[^"]*">/, "");
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
