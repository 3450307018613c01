/**
 * Writes `_headers` and `_redirects` for Netlify and Cloudflare beside the built pages. Also writes the policy into
 * each page, for hosts that read neither file. The policy allows the URL in the built `config.json`.
 */
import { glob, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import {
  cacheControl,
  contentSecurityPolicy,
  inlineScriptHashes,
  type PolicyOptions,
  securityHeaders,
} from "./headers.ts";
import { isEmbeddable, redirectsFile } from "./routes.ts";

type Policy = Omit<PolicyOptions, "framedBy">;

export function hostFiles(): AstroIntegration {
  return {
    name: "host-files",
    hooks: {
      "astro:build:done": async ({ dir }) => {
        const dist = fileURLToPath(dir);
        const config = JSON.parse(await readFile(`${dist}/config.json`, "utf8"));
        const policy = {
          scriptHashes: await hashesBelow(dist),
          apiUrl: config.api_url,
          avatarHosts: config.avatar_hosts,
        };
        await writeFile(`${dist}/_headers`, headersFile(policy, await pagesBelow(dist)));
        await writeFile(`${dist}/_redirects`, redirectsFile());
        for await (const file of glob("**/*.html", { cwd: dist })) {
          const html = await readFile(`${dist}/${file}`, "utf8");
          await writeFile(`${dist}/${file}`, withPolicy(html, policy));
        }
      },
    },
  };
}

/**
 * Some hosts join the headers of all rules that match an address, others take the most specific rule. So the rule for
 * all pages allows framing, and each page that forbids it repeats the whole policy. On both kinds of host the stricter
 * policy applies.
 */
export function headersFile(policy: Policy, pages: readonly string[]): string {
  const open = Object.entries(securityHeaders({ ...policy, framedBy: "anyone" }));
  const closed = contentSecurityPolicy(policy);
  const rules = pages
    .filter((page) => !isEmbeddable(page))
    .flatMap((page) => [page, `  content-security-policy: ${closed}`]);
  return [
    "/*",
    ...open.map(([name, value]) => `  ${name}: ${value}`),
    ...rules,
    "/assets/*",
    `  cache-control: ${cacheControl("/assets/")}`,
    "",
  ].join("\n");
}

/** A policy in a page cannot restrict framing, only a header can. The rest of the policy applies from the page. */
export function withPolicy(html: string, policy: Policy): string {
  const content = contentSecurityPolicy({ ...policy, framedBy: "anyone" });
  return html.replace(
    '<meta charset="utf-8">',
    (first) => `${first}<meta http-equiv="content-security-policy" content="${content}">`,
  );
}

/** For a server that sends the policy as a header, perhaps with another project URL than the build's. */
export function withoutPolicy(html: string): string {
  return html.replace(/<meta http-equiv="content-security-policy" content="[^"]*">/, "");
}

/** The built pages as host patterns: `/`, `/404`, `/watch/*`. */
async function pagesBelow(dist: string): Promise<string[]> {
  const pages = new Set<string>();
  for await (const file of glob("**/*.html", { cwd: dist })) {
    const [folder = "", ...more] = file.split("/");
    const name = folder.replace(/\.html$/, "");
    pages.add(name === "index" ? "/" : `/${name}`);
    if (more.length > 0) pages.add(`/${name}/*`);
  }
  return [...pages].sort();
}

/** The hashes of all pages below `dist`, without duplicates. */
export async function hashesBelow(dist: string): Promise<string[]> {
  const hashes = new Set<string>();
  for await (const file of glob("**/*.html", { cwd: dist })) {
    for (const hash of inlineScriptHashes(await readFile(`${dist}/${file}`, "utf8"))) {
      hashes.add(hash);
    }
  }
  return [...hashes].sort();
}
