/** `npm test`: runs every suite, then prints the totals. */
import { checkCommandLine } from "../lib/command-line.ts";
import { onEnd } from "../lib/process.ts";
import * as suites from "../lib/suites.ts";
import { withTestTarget } from "../lib/test-target.ts";

checkCommandLine({
  command: "npm test",
  about: 'Runs every suite. "npm run e2e -- <file>" runs single tests of the whole system.',
});
const total = { passed: 0, failed: 0 };

async function suite(name: string, run: () => Promise<suites.Counts>): Promise<void> {
  const started = performance.now();
  const counts = await run().catch((error: Error) => ({
    passed: 0,
    failed: 1,
    output: error.stack ?? error.message,
  }));
  total.passed += counts.passed;
  total.failed += counts.failed;
  if (counts.failed > 0) console.log(counts.output);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${counts.failed > 0 ? "FAILED" : "ok    "} ${name.padEnd(10)} ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`,
  );
}

onEnd(async () => {});
// Short suites share the cores; suites that measure time run alone.
await Promise.all([
  suite("lint", suites.lint),
  suite("types", suites.types),
  suite("imports", suites.imports),
  suite("functions", suites.deno),
  suite("python", suites.python),
]);
// Excluded by name, so that a new workspace cannot be left out.
await suite("units", () => suites.vitest(["!local", "!e2e*"]));
await suite("local", () => suites.vitest(["local"]));
await suite("system", () =>
  withTestTarget(async (env) => {
    const dbUrl = env.KULTI_DB_URL as string;
    await suite("pgtap", () => suites.pgtap(dbUrl));
    await suite("advisors", () => suites.advisors(dbUrl));
    await suite("e2e", () => suites.vitest(["e2e*"], env));
    return { passed: 0, failed: 0, output: "" };
  }));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
