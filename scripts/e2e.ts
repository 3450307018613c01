/** `npm run e2e`: the whole system from outside, on a stack of its own or on the one that the environment names. */
import { on_end, run } from "./process.ts";
import { with_test_target } from "./test-target.ts";

on_end(async () => {});
process.exitCode = await with_test_target((env) =>
  run("vitest", ["run", "--project", "e2e", ...process.argv.slice(2)], { env }),
);
