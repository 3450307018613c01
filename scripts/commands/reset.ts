/** `npm run reset`: empties the embedded stack's data. */
import { join } from "node:path";
import { removeData } from "@kulti/local";
import { kultiDir } from "../lib/process.ts";

try {
  await removeData(join(kultiDir, "data"));
  console.log("Emptied. The next `npm start` begins anew.");
} catch (error) {
  console.error(`Cannot empty the data. ${(error as Error).message}`);
  process.exitCode = 1;
}
