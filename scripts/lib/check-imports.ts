/** Enforces which module may import which, and forbids cycles of files and of modules. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

interface Module {
  name: string;
  /** Folder of the module; the longest match wins. */
  folder: string;
  mayImport: string[];
  /** Packages that this module may not import. */
  noPackages?: RegExp;
  /** It gets its data as arguments. */
  noFetch?: true;
  /** The only packages that it may import, tests apart. */
  onlyPackages?: RegExp;
}

const react = /^(react|react-dom|astro|lucide-react)(\/|$)/;

const modules: Module[] = [
  {
    name: "protocol",
    folder: "supabase/functions/_shared/protocol",
    mayImport: [],
    // The validator, what makes random events for tests of every package, and what reads fixtures and writes schemas.
    onlyPackages: /^(valibot|@valibot\/to-json-schema|fast-check|node:(fs|url|path))$/,
  },
  { name: "http", folder: "supabase/functions/_shared/http", mayImport: ["protocol"] },
  { name: "functions", folder: "supabase/functions", mayImport: [] },
  { name: "recordings", folder: "supabase/functions/_shared/recordings", mayImport: ["protocol"] },
  { name: "agent", folder: "sdk/src/agent", mayImport: ["protocol"] },
  { name: "watch", folder: "sdk/src/watch", mayImport: ["protocol"] },
  { name: "player", folder: "sdk/src/player", mayImport: ["protocol"], noPackages: react },
  {
    name: "export",
    folder: "sdk/src/export",
    mayImport: ["protocol", "recordings", "sdk", "agent", "watch", "player"],
  },
  {
    name: "cli",
    folder: "sdk/src/cli",
    mayImport: ["protocol", "recordings", "sdk", "agent", "watch", "export"],
  },
  { name: "sdk/test", folder: "sdk/test", mayImport: ["protocol", "agent", "export"] },
  {
    name: "sdk",
    folder: "sdk",
    mayImport: ["protocol", "recordings", "agent", "watch", "player", "export", "cli"],
  },
  {
    name: "sources",
    folder: "site/src/sources",
    mayImport: ["protocol", "sdk", "player"],
    noPackages: react,
  },
  {
    name: "text",
    folder: "site/src/text",
    mayImport: ["protocol", "sdk", "player"],
    noPackages: react,
  },
  { name: "highlight", folder: "site/src/highlight", mayImport: ["player"], noPackages: react },
  {
    name: "visit",
    folder: "site/src/visit",
    mayImport: ["player", "sources", "text", "protocol", "sdk"],
    noPackages: react,
  },
  {
    name: "site",
    folder: "site/src",
    mayImport: ["player", "text", "highlight", "visit", "protocol", "sdk"],
    noPackages: react,
  },
  {
    name: "islands",
    folder: "site/src/islands",
    mayImport: ["player", "text", "highlight", "visit", "site", "protocol"],
    noPackages: /^@supabase\//,
    noFetch: true,
  },
  {
    name: "pages",
    folder: "site/src/pages",
    mayImport: [
      ...["islands", "layouts", "site", "visit", "text"],
      ...["player", "host", "protocol", "sdk"],
    ],
  },
  {
    name: "layouts",
    folder: "site/src/layouts",
    mayImport: ["site", "visit", "text", "host", "protocol", "sdk"],
  },
  { name: "host", folder: "site/host", mayImport: ["protocol", "sdk"] },
  { name: "local", folder: "local", mayImport: [] },
  { name: "e2e", folder: "e2e", mayImport: ["protocol", "sdk"] },
  { name: "bench", folder: "bench", mayImport: ["protocol", "sdk", "e2e"] },
  {
    name: "linear",
    folder: "scripts/linear",
    mayImport: [
      ...["protocol", "recordings", "functions/share", "agent", "export"],
      ...["player", "text", "visit", "site", "islands", "local"],
    ],
  },
  { name: "scripts", folder: "scripts", mayImport: ["protocol", "sdk", "host", "local"] },
];

const packages: Record<string, string> = {
  "@kulti/protocol": "supabase/functions/_shared/protocol/index.ts",
  "@kulti/recordings": "supabase/functions/_shared/recordings/index.ts",
  "kulti/player": "sdk/src/player/index.ts",
  kulti: "sdk/src/index.ts",
  "@kulti/local": "local/src/index.ts",
  "@kulti/site": "site/host/serve.ts",
};

const importPattern =
  /(?:^|[\s;])(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;

/** One line for each import that the table forbids and for each cycle. */
export function checkImports(root: string): string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();
  for (const file of sourceFiles(root, "")) {
    const from = moduleOf(file);
    if (!from) {
      if (file.includes("/")) violations.push(`${file}: its folder is in no module of the table`);
      continue;
    }
    const targets: string[] = [];
    if (from.noFetch && !isTest(file) && fetches.test(readFileSync(join(root, file), "utf8"))) {
      violations.push(`${file}: fetches`);
    }
    for (const specifier of specifiers(readFileSync(join(root, file), "utf8"))) {
      const isPackage = !specifier.startsWith(".");
      const isAllowed = !isPackage || isTest(file) || (from.onlyPackages?.test(specifier) ?? true);
      if (from.noPackages?.test(specifier) || !isAllowed) {
        violations.push(`${file}: imports ${specifier}`);
      }
      const target = resolve(file, specifier);
      // Settings, such as a function's import map, are no code.
      if (!target || target.endsWith(".json")) continue;
      const exact = exactFile(root, specifier) ?? target;
      if (existsSync(join(root, exact))) targets.push(exact);
      const to = moduleOf(target);
      const isTestPart = to?.name === "sdk/test" && isTest(file);
      if (to && to.name !== from.name && !isTestPart && !from.mayImport.includes(to.name)) {
        violations.push(`${file}: ${from.name} may not import ${to.name} (${specifier})`);
      }
    }
    graph.set(file, targets);
  }
  return [...violations, ...cycles(graph), ...cycles(moduleGraph(graph))];
}

/** The imports of a text, including types. */
const specifiers = (text: string): string[] =>
  [...text.matchAll(importPattern)].map((match) => (match[1] ?? match[2]) as string);

function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return join(dirname(file), specifier);
  const name = Object.keys(packages).find(
    (name) => specifier === name || specifier.startsWith(`${name}/`),
  );
  return name && packages[name];
}

const fetches = /(?<![.\w])fetch\(|\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b/;

/** The file behind a package's subpath, such as `kulti/watch`, which cycles may go through. */
function exactFile(root: string, specifier: string): string | undefined {
  const [, name = "", rest = ""] =
    /^(@kulti\/(?:protocol|recordings)|kulti)\/(.+)$/.exec(specifier) ?? [];
  if (name === "") return undefined;
  if (name !== "kulti") return join(dirname(packages[name] as string), rest);
  const manifest = join(root, "sdk/package.json");
  const { exports = {} } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
  const entry = exports[`./${rest}`]?.["kulti-source"];
  return typeof entry === "string" ? join("sdk", entry) : undefined;
}

/** Tests and their parts may read what the product may not. */
function moduleGraph(graph: Map<string, string[]>): Map<string, string[]> {
  const modulesOf = new Map<string, Set<string>>();
  for (const [file, targets] of graph) {
    const from = moduleOf(file)?.name;
    if (!from || isTest(file)) continue;
    const to = modulesOf.get(from) ?? new Set();
    modulesOf.set(from, to);
    for (const target of targets) {
      const name = moduleOf(target)?.name;
      if (name && name !== from) to.add(name);
    }
  }
  return new Map([...modulesOf].map(([from, to]) => [from, [...to]]));
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);

/** Each folder of functions that does not begin with `_` is a function, which may not import another. */
function functionOf(file: string): Module | undefined {
  const [folder, name] = /^supabase\/functions\/([a-z][^/]*)\//.exec(file) ?? [];
  return folder && name
    ? { name: `functions/${name}`, folder, mayImport: ["protocol", "recordings", "http"] }
    : undefined;
}

const moduleOf = (file: string): Module | undefined =>
  functionOf(file) ??
  modules
    .filter(({ folder }) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0];

function sourceFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return /^(node_modules|dist|\..*)$/.test(entry.name) ? [] : sourceFiles(root, path);
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
