/** Builds the site with Astro. Gives the same result in every shell and test. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const astro = join(
  dirname(createRequire(import.meta.url).resolve("astro/package.json")),
  "bin/astro.mjs",
);

/** Rejects with Astro's output. Default folder: `dist` of the site. */
export async function build(outDir?: string): Promise<void> {
  const to = outDir === undefined ? [] : ["--outDir", outDir];
  await promisify(execFile)(process.execPath, [astro, "build", "--silent", ...to], {
    cwd: dirname(import.meta.dirname),
    // With a test's NODE_ENV the build would contain React's development version, which is 50% larger and slower.
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
  });
}
