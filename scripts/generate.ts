/** `npm run generate`: everything that is derived from the contract or from the database. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./process.ts";
import { with_test_target } from "./test-target.ts";

await run("node", [join(root, "supabase/functions/_shared/protocol/generate.ts")]);
const types = await with_test_target(async ({ KULTI_DB_URL }) => {
  let output = "";
  const code = await run("supabase", ["gen", "types", `--remote=${KULTI_DB_URL}`], {
    on_output: (text) => {
      output += text;
    },
  });
  if (code !== 0) throw new Error(`Cannot generate the database's types: ${output}`);
  return output;
});
writeFileSync(join(root, "supabase/functions/_shared/http/database.types.ts"), types);
