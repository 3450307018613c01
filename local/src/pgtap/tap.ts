/** Reads the Test Anything Protocol, as pgTAP writes it. */

export interface TapResult {
  passed: number;
  /** Failing `# TODO` tests do not count as failures, as TAP defines. */
  failures: TapFailure[];
}

export interface TapFailure {
  name: string;
  /** pgTAP's diagnostics of the failed test: have, want, and so on. */
  detail: string;
}

export function readTap(lines: string[]): TapResult {
  const result: TapResult = { passed: 0, failures: [] };
  let plan: number | undefined;
  let run = 0;
  let failed: TapFailure | undefined;
  for (const line of lines) {
    const planned = /^1\.\.(\d+)/.exec(line);
    // A subtest is indented; its result follows as a test.
    const test = /^(not )?ok\b(?: (\d+))?(?: - )?(.*)$/.exec(line);
    if (planned) {
      plan = Number(planned[1]);
    } else if (test) {
      run += 1;
      failed = undefined;
      const name = test[3] || `test ${test[2] ?? run}`;
      const excused = /#\s*todo\b/i.test(name);
      if (test[1] === undefined || excused) {
        result.passed += 1;
      } else {
        failed = { name, detail: "" };
        result.failures.push(failed);
      }
    } else if (line.startsWith("#") && failed && !/^# Looks like/.test(line)) {
      failed.detail += `${line.replace(/^# ?/, "")}\n`;
    }
  }
  if (plan === undefined) {
    result.failures.push({
      name: "plan",
      detail: "No plan: call plan(n) or no_plan() and finish().",
    });
  } else if (plan !== run) {
    result.failures.push({ name: "plan", detail: `Planned ${plan} tests, ran ${run}.` });
  }
  return result;
}
