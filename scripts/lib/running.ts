/** `.kulti/local.json`: the addresses of this folder's Kulti while it runs. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./launch.ts";
import { kultiDir } from "./process.ts";

export const localJson = join(kultiDir, "local.json");

/** Undefined when none runs. The file outlives a killed process, so this checks its site too. */
export async function runningKulti(): Promise<Target | undefined> {
  if (!existsSync(localJson)) return undefined;
  const target: Target = JSON.parse(readFileSync(localJson, "utf8"));
  const signal = AbortSignal.timeout(5_000);
  // biome-ignore lint/style/noRestrictedGlobals: it has an end, and kulti/watch takes long to load
  return fetch(`${target.site_url}/config.json`, { signal }).then(
    ({ ok }) => (ok ? target : undefined),
    () => undefined,
  );
}
