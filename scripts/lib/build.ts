/** Builds the site, and the package `kulti`, when one of its sources has changed since its last build. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "@kulti/site/build.ts";
import { root } from "./process.ts";

const packageSources = [
  "sdk/scripts",
  "sdk/src",
  "supabase/functions/_shared/protocol",
  "supabase/functions/_shared/recordings",
  "package-lock.json",
];

export async function buildSite(log: (line: string) => void): Promise<void> {
  await buildChanged("site/dist", ["site", ...packageSources], () => {
    log("Building the site …");
    return build().catch((error) => {
      throw new Error(`Cannot build the site: ${error.message}\n${error.stderr}`);
    });
  });
}

/** So that a file in this folder can import the package: its own Node does not know that the sources are here. */
export async function buildPackage(): Promise<void> {
  await buildChanged("sdk/dist", ["sdk/package.json", ...packageSources], () =>
    promisify(execFile)(process.execPath, [join(root, "sdk", "scripts", "build.mjs")]).catch(
      (error) => {
        throw new Error(`Cannot build the package kulti: ${error.stderr || error.message}`);
      },
    ),
  );
}

async function buildChanged(dist: string, sources: string[], run: () => Promise<unknown>) {
  const stamp = join(root, dist, ".sources");
  const wanted = fingerprint(sources);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await run();
  writeFileSync(stamp, wanted);
}

function fingerprint(sources: string[]): string {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const file of filesBelow(join(root, source))) {
      hash.update(file).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

const made = new Set(["node_modules", "dist", ".astro"]);

function* filesBelow(path: string): Generator<string> {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) return yield path;
  for (const name of readdirSync(path).sort()) {
    if (!made.has(name)) yield* filesBelow(join(path, name));
  }
}
