/** `npm run e2e`: the whole system from outside, on a stack of its own or on the one that the environment names. */
import { run_on_test_target } from "./test-target.ts";

const args = ["run", "--project", "e2e*", ...process.argv.slice(2)];
process.exitCode = await run_on_test_target("vitest", args);
