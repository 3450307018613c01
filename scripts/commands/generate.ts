/** `npm run generate`: writes the files that derive from the contract, the settings and the routes. */
import { join } from "node:path";
import { writeVercelFile } from "@kulti/site/vercel-file.ts";
import { checkCommandLine } from "../lib/command-line.ts";
import { root, run } from "../lib/process.ts";
import { writeSettingsTable } from "../lib/settings-table.ts";

checkCommandLine({
  command: "npm run generate",
  about: "Writes the files that derive from the contract, the settings and the routes.",
});
process.exitCode = await run("node", [
  join(root, "supabase/functions/_shared/protocol/generate.ts"),
]);
writeSettingsTable();
writeVercelFile();
