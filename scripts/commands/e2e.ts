/**
 * `npm run e2e`: tests the whole system from outside, on a stack of its own or on the one that the environment names.
 * `-- --faults [runs]` runs only the fault suite, with 60 seeds unless `runs` says otherwise, and prints a table.
 */
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkCommandLine } from "../lib/command-line.ts";
import { run } from "../lib/process.ts";
import { runOnTestTarget } from "../lib/test-target.ts";

checkCommandLine({
  command: "npm run e2e",
  about:
    "Starts a Kulti and tests the whole system from outside, with all test files or the named ones.",
  operand: "file",
  options: {
    "-t": { value: "pattern", about: "Runs only tests whose name matches." },
    "--bail": { value: "count", about: "Stops after this many failures." },
    "--faults": {
      about: "Runs the fault suite with 60 seeds, or with as many as a number after it says.",
    },
  },
});
const args = process.argv.slice(2);
const at = args.indexOf("--faults");
process.exitCode = at < 0 ? await runTests(["e2e*"], args) : await runFaults(args.splice(at));

function runTests(projects: string[], options: string[]): Promise<number> {
  const named = projects.flatMap((name) => ["--project", name]);
  return runOnTestTarget("vitest", ["run", ...named, ...options]);
}

async function runFaults([, ...given]: string[]): Promise<number> {
  const runs = /^\d+$/.test(given[0] ?? "") ? (given.shift() as string) : "60";
  process.env.KULTI_FAULT_RUNS = runs;
  const disk = await smallDisk();
  if (disk) {
    // The stack keeps its data in the temporary folder.
    process.env.TMPDIR = disk;
    process.env.KULTI_FAULT_DISK = disk;
  } else {
    console.log("Skipping the test of a full disk: cannot mount a small file system here.");
  }
  try {
    return await runTests(["e2e-faults", "e2e-kills"], [...args, ...given]);
  } finally {
    if (disk && (await run("umount", [disk], { onOutput() {} })) === 0) rmdirSync(disk);
  }
}

/** A file system that a test can fill; undefined if it cannot be mounted. */
async function smallDisk(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "kulti-disk-"));
  const options = ["-t", "tmpfs", "-o", "size=600m,mode=1777", "tmpfs", folder];
  const code = await run("mount", options, { onOutput() {} }).catch(() => 1);
  if (code === 0) return folder;
  rmdirSync(folder);
  return undefined;
}
