/** `npm run bench`: measures a Kulti of its own, or the one that the environment names. */
import { join } from "node:path";
import { on_end, root, run } from "./process.ts";
import { with_test_target } from "./test-target.ts";

on_end(async () => {});
process.exitCode = await with_test_target((env) =>
  run("node", [join(root, "bench", "index.ts"), ...process.argv.slice(2)], { env }),
);
