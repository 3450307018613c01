/** Builds the site when one of its sources has changed since the last build. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "@kulti/site/build.ts";
import { root } from "./process.ts";

const sources = [
  "site",
  "sdk/src",
  "supabase/functions/_shared/protocol",
  "supabase/functions/_shared/recordings",
  "package-lock.json",
];

export async function buildSite(log: (line: string) => void): Promise<void> {
  const stamp = join(root, "site", "dist", ".sources");
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  log("Building the site …");
  await build().catch((error) => {
    throw new Error(`Cannot build the site: ${error.message}\n${error.stderr}`);
  });
  writeFileSync(stamp, wanted);
}

function fingerprint(): string {
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
