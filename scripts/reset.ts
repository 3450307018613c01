/** `npm run reset`: empties the embedded stack's data. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { remove_data } from "@kulti/local";
import { kulti_dir } from "./process.ts";

if (await is_running(join(kulti_dir, "local.json"))) {
  console.error("Cannot empty the data: Kulti is running on it. End it first.");
  process.exit(1);
}
await remove_data(join(kulti_dir, "data"));
console.log("Emptied. The next `npm start` begins anew.");

/** The file outlives a killed process, so its site is asked as well. */
async function is_running(local_json: string): Promise<boolean> {
  if (!existsSync(local_json)) return false;
  const { site_url } = JSON.parse(readFileSync(local_json, "utf8"));
  return fetch(`${site_url}/config.json`).then(
    ({ ok }) => ok,
    () => false,
  );
}
