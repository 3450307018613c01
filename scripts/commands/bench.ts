/** `npm run bench`: measures a Kulti of its own, or the one that the environment names. */
import { join } from "node:path";
import { root } from "../lib/process.ts";
import { runOnTestTarget } from "../lib/test-target.ts";

const args = [join(root, "bench", "index.ts"), ...process.argv.slice(2)];
process.exitCode = await runOnTestTarget("node", args);
