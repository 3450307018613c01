/** `.kulti/local.json`: says where the Kulti of this folder is, as long as it runs. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./launch.ts";
import { kulti_dir } from "./process.ts";

export const local_json = join(kulti_dir, "local.json");

/** Undefined when none runs. The file outlives a killed process, so its site is asked as well. */
export async function running_kulti(): Promise<Target | undefined> {
  if (!existsSync(local_json)) return undefined;
  const target: Target = JSON.parse(readFileSync(local_json, "utf8"));
  const signal = AbortSignal.timeout(5_000);
  // biome-ignore lint/style/noRestrictedGlobals: it has an end, and kulti/watch takes long to load
  return fetch(`${target.site_url}/config.json`, { signal }).then(
    ({ ok }) => (ok ? target : undefined),
    () => undefined,
  );
}
