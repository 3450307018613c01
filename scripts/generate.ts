/** `npm run generate`: everything that is derived from the contract and the settings. */
import { join } from "node:path";
import { root, run } from "./process.ts";
import { writeSettingsTable } from "./settings-table.ts";

process.exitCode = await run("node", [
  join(root, "supabase/functions/_shared/protocol/generate.ts"),
]);
writeSettingsTable();
