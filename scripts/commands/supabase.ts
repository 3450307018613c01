/** `npm run supabase`: starts the official stack instead of the embedded one. It needs Docker. */
import { run } from "../lib/process.ts";

process.exitCode = await run("supabase", ["start", ...process.argv.slice(2)]);
if (process.exitCode !== 0) {
  console.error(
    "Cannot start the official stack. `npm start` runs the embedded one, without Docker.",
  );
} else {
  console.log("To start the site on it: KULTI_API_URL=… KULTI_PUBLISHABLE_KEY=… npm start");
}
