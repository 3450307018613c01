/** `npm run reset`: empties the embedded stack's data. */
import { join } from "node:path";
import { removeData } from "@kulti/local";
import { withEnvNames } from "../lib/env-names.ts";
import { kultiDir } from "../lib/process.ts";

try {
  await removeData(join(kultiDir, "data"));
  console.log("Emptied. The next `npm start` starts with an empty database.");
} catch (error) {
  const message = withEnvNames((error as Error).message);
  console.error(/^Cannot /.test(message) ? message : `Cannot empty the data: ${message}`);
  process.exitCode = 1;
}
