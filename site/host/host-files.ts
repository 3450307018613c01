/**
 * Writes `_headers` and `_redirects`, which Netlify and Cloudflare read, beside the built pages, and the policy into the
 * pages themselves for hosts that read neither. The policy names what the built `config.json` names.
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
 * Hosts either join the headers of all rules that fit an address, or take those of the closest. So the rule for all
 * pages is the one that lets them be framed, and each page that is not to be has the whole policy once more: both ways
 * that one holds.
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

/** Framing can only be governed by a header; all else holds from here. */
export function withPolicy(html: string, policy: Policy): string {
  const content = contentSecurityPolicy({ ...policy, framedBy: "anyone" });
  return html.replace(
    '<meta charset="utf-8">',
    (first) => `${first}<meta http-equiv="content-security-policy" content="${content}">`,
  );
}

/** For a server that sends the policy as a header, which may name another address than the build did. */
export function withoutPolicy(html: string): string {
  return html.replace(/<meta http-equiv="content-security-policy" content="[^"]*">/, "");
}

/** `/`, `/404`, `/watch/*`: what was built, as the patterns of hosts name it. */
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

/** Of all pages below `dist`, each hash once. */
export async function hashesBelow(dist: string): Promise<string[]> {
  const hashes = new Set<string>();
  for await (const file of glob("**/*.html", { cwd: dist })) {
    for (const hash of inlineScriptHashes(await readFile(`${dist}/${file}`, "utf8"))) {
      hashes.add(hash);
    }
  }
  return [...hashes].sort();
}
