/** `npm run reset`: deletes the data of the embedded stack. */
import { join } from "node:path";
import { removeData } from "@kulti/local";
import { checkCommandLine } from "../lib/command-line.ts";
import { withEnvNames } from "../lib/env-names.ts";
import { kultiDir } from "../lib/process.ts";

checkCommandLine({
  command: "npm run reset",
  about: "Deletes the data of the embedded stack: every agent, session and message.",
});
try {
  await removeData(join(kultiDir, "data"));
  console.log("Deleted the data. The next `npm start` begins with an empty database.");
} catch (error) {
  const message = withEnvNames((error as Error).message);
  console.error(/^Cannot /.test(message) ? message : `Cannot delete the data: ${message}`);
  process.exitCode = 1;
}
