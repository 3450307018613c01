/** `npm run reset`: empties the embedded stack's data. */
import { join } from "node:path";
import { remove_data } from "@kulti/local";
import { kulti_dir } from "./process.ts";

try {
  await remove_data(join(kulti_dir, "data"));
  console.log("Emptied. The next `npm start` begins anew.");
} catch (error) {
  console.error(`Cannot empty the data. ${(error as Error).message}`);
  process.exitCode = 1;
}
