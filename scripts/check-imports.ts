/** Enforces which module may import which, and that no module imports itself in a circle. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

interface Module {
  name: string;
  /** Folder of the module; the longest match wins. */
  folder: string;
  may_import: string[];
  /** Packages that the module may not name, though others may. */
  no_packages?: RegExp;
}

const modules: Module[] = [
  { name: "protocol", folder: "supabase/functions/_shared/protocol", may_import: [] },
  { name: "http", folder: "supabase/functions/_shared/http", may_import: ["protocol"] },
  { name: "ingest", folder: "supabase/functions/ingest", may_import: ["protocol", "http"] },
  { name: "agents", folder: "supabase/functions/agents", may_import: ["protocol", "http"] },
  { name: "chat", folder: "supabase/functions/chat", may_import: ["protocol", "http"] },
  { name: "share", folder: "supabase/functions/share", may_import: ["protocol", "http"] },
  { name: "sdk", folder: "sdk", may_import: ["protocol"] },
  {
    name: "player",
    folder: "site/src/player",
    may_import: ["protocol", "sdk"],
    no_packages: /^(react|react-dom|astro)(\/|$)/,
  },
  {
    name: "islands",
    folder: "site/src/islands",
    may_import: ["player", "search", "figures", "protocol"],
    no_packages: /^@supabase\//,
  },
  { name: "search", folder: "site/src/search", may_import: ["player", "site", "protocol", "sdk"] },
  {
    name: "figures",
    folder: "site/src/figures",
    may_import: ["player", "site", "protocol", "sdk"],
  },
  {
    name: "site",
    folder: "site",
    may_import: ["islands", "player", "search", "figures", "protocol", "sdk"],
  },
  { name: "local", folder: "local", may_import: [] },
  { name: "e2e", folder: "e2e", may_import: ["protocol", "sdk"] },
  { name: "bench", folder: "bench", may_import: ["protocol", "sdk", "e2e"] },
  {
    name: "linear",
    folder: "scripts/linear",
    may_import: ["protocol", "share", "sdk", "player", "search", "site", "islands", "local"],
  },
  { name: "scripts", folder: "scripts", may_import: ["protocol", "sdk", "site", "local"] },
];

const packages: Record<string, string> = {
  "@kulti/protocol": "supabase/functions/_shared/protocol/index.ts",
  kulti: "sdk/src/index.ts",
  "@kulti/local": "local/src/index.ts",
  "@kulti/site": "site/serve.ts",
};

const import_pattern =
  /(?:^|[\s;])(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;

/** One line for each import that the table forbids and for each cycle. */
export function check_imports(root: string): string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();
  for (const file of source_files(root, "")) {
    const from = module_of(file);
    if (!from) continue;
    const targets: string[] = [];
    for (const specifier of specifiers(readFileSync(join(root, file), "utf8"))) {
      if (from.no_packages?.test(specifier)) violations.push(`${file}: imports ${specifier}`);
      const target = resolve(file, specifier);
      if (!target) continue;
      if (existsSync(join(root, target))) targets.push(target);
      const to = module_of(target);
      if (to && to !== from && !from.may_import.includes(to.name)) {
        violations.push(`${file}: ${from.name} may not import ${to.name} (${specifier})`);
      }
    }
    graph.set(file, targets);
  }
  return [...violations, ...cycles(graph)];
}

/** What the text imports, types included. */
export const specifiers = (text: string): string[] =>
  [...text.matchAll(import_pattern)].map((match) => (match[1] ?? match[2]) as string);

function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return join(dirname(file), specifier);
  const name = Object.keys(packages).find(
    (name) => specifier === name || specifier.startsWith(`${name}/`),
  );
  return name && packages[name];
}

const module_of = (file: string): Module | undefined =>
  modules
    .filter(({ folder }) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0];

function source_files(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return /^(node_modules|dist|\..*)$/.test(entry.name) ? [] : source_files(root, path);
    }
    return /\.(ts|tsx|mts|astro)$/.test(entry.name) ? [relative("", path)] : [];
  });
}

function cycles(graph: Map<string, string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: string[]) => {
    const start = trail.indexOf(file);
    if (start >= 0) found.push(`cycle: ${[...trail.slice(start), file].join(" -> ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
