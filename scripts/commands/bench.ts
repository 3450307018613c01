/** `npm run bench`: starts a Kulti and measures it, or measures the one that the environment names. */
import { join } from "node:path";
import { checkCommandLine } from "../lib/command-line.ts";
import { root } from "../lib/process.ts";
import { runOnTestTarget } from "../lib/test-target.ts";

checkCommandLine({
  command: "npm run bench",
  about: "Starts a Kulti and measures it, in all scenarios or in the named ones.",
  operand: "scenario",
  options: {
    "--viewers": { value: "count", about: "Viewers of the latency scenario, default 100." },
    "--rate": { value: "number", about: "Its events per second, default 10." },
    "--seconds": { value: "number", about: "Its duration, default 20; ingest runs half as long." },
    "--events": { value: "count", about: "Events to search, default 1000000." },
    "--json": { about: "Prints JSON instead of tables." },
  },
});
const args = [join(root, "bench", "index.ts"), ...process.argv.slice(2)];
process.exitCode = await runOnTestTarget("node", args);
