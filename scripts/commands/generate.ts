/** `npm run generate`: everything that is derived from the contract, the settings and the routes. */
import { join } from "node:path";
import { writeVercelFile } from "@kulti/site/vercel-file.ts";
import { root, run } from "../lib/process.ts";
import { writeSettingsTable } from "../lib/settings-table.ts";

process.exitCode = await run("node", [
  join(root, "supabase/functions/_shared/protocol/generate.ts"),
]);
writeSettingsTable();
writeVercelFile();
