/**
 * Adds preload hints to each page's head for the page's scripts and for `config.json`, so that the browser loads them
 * in parallel and not one after the other.
 */
import { glob, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";

/** The static imports of each built script, as paths on the site. */
export type Imports = ReadonlyMap<string, readonly string[]>;

export function headHints(): AstroIntegration {
  const imports = new Map<string, string[]>();
  return {
    name: "head-hints",
    hooks: {
      "astro:config:setup": ({ updateConfig }) => {
        const noteImports = {
          name: "note-imports",
          generateBundle(_: unknown, bundle: Record<string, { imports?: string[] }>) {
            for (const [file, { imports: imported = [] }] of Object.entries(bundle)) {
              imports.set(
                `/${file}`,
                imported.map((name) => `/${name}`),
              );
            }
          },
        };
        updateConfig({ vite: { plugins: [noteImports] } });
      },
      "astro:build:done": async ({ dir }) => {
        const dist = fileURLToPath(dir);
        for await (const file of glob("**/*.html", { cwd: dist })) {
          const html = await readFile(`${dist}/${file}`, "utf8");
          await writeFile(`${dist}/${file}`, withHints(html, imports));
        }
      },
    },
  };
}

/** A page without scripts stays the same. */
export function withHints(html: string, imports: Imports): string {
  const asked = /<script type="module" src="([^"]+)"|(?:component|renderer)-url="([^"]+)"/g;
  const scripts = new Set<string>();
  const add = (script: string) => {
    if (scripts.has(script)) return;
    scripts.add(script);
    for (const imported of imports.get(script) ?? []) add(imported);
  };
  for (const [, pageScript, islandScript] of html.matchAll(asked)) {
    add(pageScript ?? (islandScript as string));
  }
  if (scripts.size === 0) return html;
  const hints = [
    '<link rel="preload" href="/config.json" as="fetch" crossorigin>',
    ...[...scripts].map((script) => `<link rel="modulepreload" href="${script}">`),
  ];
  return html.replace("</head>", `${hints.join("")}</head>`);
}
