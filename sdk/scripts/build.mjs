// Builds dist/, which the package publishes: ES modules, CommonJS in dist/cjs, types for both. The protocol and the readers
// of recordings are private workspaces, so the package contains their bundled code and copies of their types. No import
// points outside of it.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildPageCode } from "./page-code.mjs";

const sdk = fileURLToPath(new URL("..", import.meta.url));
const root = resolve(sdk, "..");
const out = resolve(process.argv[2] ?? join(sdk, "dist"));
const cjs = join(out, "cjs");
const source = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8"));
const shared = "supabase/functions/_shared";
/** Private workspaces. */
const bundled = ["protocol", "recordings"];
/** The package's exports by file name: `./watch` becomes watch.js. */
const entries = Object.fromEntries(
  Object.entries(source.exports)
    .map(([path, entry]) => [path.slice(2) || "index", entry["kulti-source"]?.slice(2)])
    .filter(([, file]) => file),
);

/** Both formats. */
const common = {
  absWorkingDir: sdk,
  bundle: true,
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  external: ["node:*", "@supabase/*", "@lydell/node-pty"],
  // Shortens the code, but keeps names and lines.
  minifySyntax: true,
  logLevel: "warning",
};

rmSync(out, { recursive: true, force: true });
mkdirSync(cjs, { recursive: true });
await bundle();
await bundleCommonJs();
writeFileSync(join(out, "page-code.json"), JSON.stringify(await buildPageCode()));
declareTypes();
cpSync(join(out, "types"), join(cjs, "types"), { recursive: true });
// What is below is CommonJS, the types too.
writeFileSync(join(cjs, "package.json"), '{ "type": "commonjs" }\n');
cpSync(join(root, "LICENSE"), join(out, "LICENSE"));
// The bundle contains third-party code, so the package contains the licences.
cpSync(join(root, "node_modules/valibot/LICENSE.md"), join(out, "LICENSE-valibot.md"));
cpSync(join(root, "node_modules/diff/LICENSE"), join(out, "LICENSE-diff"));
// The parser's package has no licence text, only its name, origin and licence in package.json.
cpSync(
  join(root, "node_modules/@ansi-tools/parser/package.json"),
  join(out, "LICENSE-ansi-tools.json"),
);

/** Builds all entries together, so that they share one copy of common code. */
async function bundle() {
  await build({
    ...common,
    entryPoints: { ...entries, cli: "src/cli/main.ts" },
    outdir: out,
    format: "esm",
    splitting: true,
  });
}

/** Each entry is one file. `import.meta.url` is that of dist/, where the code of the exported page lies. */
async function bundleCommonJs() {
  await build({
    ...common,
    entryPoints: entries,
    outdir: cjs,
    format: "cjs",
    define: { "import.meta.url": "kultiModuleUrl" },
    banner: {
      js: 'const kultiModuleUrl = typeof __dirname === "string" ? "file://" + __dirname + "/../index.js" : "";',
    },
  });
}

/** Writes one .d.ts for each source of the SDK and of the private workspaces. */
function declareTypes() {
  const types = join(out, "types");
  const configFolder = mkdtempSync(join(sdk, ".types-"));
  try {
    const config = join(configFolder, "tsconfig.json");
    const compilerOptions = {
      // Resolve the workspaces as sources. TypeScript emits no declarations for modules that it finds in node_modules.
      paths: Object.fromEntries(
        bundled.flatMap((name) => [
          [`@kulti/${name}`, [join(root, shared, name, "index.ts")]],
          [`@kulti/${name}/*`, [join(root, shared, name, "*")]],
        ]),
      ),
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      allowImportingTsExtensions: true,
      rootDir: root,
      outDir: types,
    };
    const files = Object.values(entries).map((entry) => join(sdk, entry));
    const settings = { extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] };
    writeFileSync(config, JSON.stringify(settings));
    const tsc = join(root, "node_modules/typescript/lib/tsc.js");
    execFileSync(process.execPath, [tsc, "-p", config], { stdio: "inherit" });
  } finally {
    rmSync(configFolder, { recursive: true, force: true });
  }
  for (const name of readdirSync(types, { recursive: true })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(types, name);
    // These declarations use the validator's types, which no public type needs.
    if (name.includes("protocol") && basename(name).startsWith("schema")) {
      rmSync(path);
      continue;
    }
    const toShared = `./${relative(dirname(path), join(types, shared))}`.replaceAll("\\", "/");
    const text = readFileSync(path, "utf8")
      .replaceAll(/"@kulti\/(protocol|recordings)"/g, `"${toShared}/$1/index.js"`)
      .replaceAll(/"@kulti\/(protocol|recordings)\/([\w/-]+)\.ts"/g, `"${toShared}/$1/$2.js"`)
      .replaceAll(/(["'])(\.{1,2}\/[^"']+)\.ts\1/g, "$1$2.js$1");
    writeFileSync(path, text);
  }
}
