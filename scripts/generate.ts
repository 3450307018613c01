/** `npm run generate`: everything that is derived from the contract. */
import { join } from "node:path";
import { root, run } from "./process.ts";

process.exitCode = await run("node", [
  join(root, "supabase/functions/_shared/protocol/generate.ts"),
]);
