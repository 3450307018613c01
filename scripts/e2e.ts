/**
 * `npm run e2e`: the whole system from outside, on a stack of its own or on the one that the environment names.
 * `-- --faults [runs]` runs the fault suite alone and at length, by default with 60 seeds, and prints a table.
 */
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./process.ts";
import { run_on_test_target } from "./test-target.ts";

const args = process.argv.slice(2);
const at = args.indexOf("--faults");
process.exitCode = at < 0 ? await run_tests(["e2e*"], args) : await run_faults(args.splice(at));

function run_tests(projects: string[], options: string[]): Promise<number> {
  const named = projects.flatMap((name) => ["--project", name]);
  return run_on_test_target("vitest", ["run", ...named, ...options]);
}

async function run_faults([, ...given]: string[]): Promise<number> {
  const runs = /^\d+$/.test(given[0] ?? "") ? (given.shift() as string) : "60";
  process.env.KULTI_FAULT_RUNS = runs;
  const disk = await small_disk();
  if (disk) {
    // The stack's data goes where temporary files do.
    process.env.TMPDIR = disk;
    process.env.KULTI_FAULT_DISK = disk;
  } else {
    console.log("No full disk is tried: a small file system can't be mounted here.");
  }
  try {
    return await run_tests(["e2e-faults", "e2e-kills"], [...args, ...given]);
  } finally {
    if (disk && (await run("umount", [disk], { on_output() {} })) === 0) rmdirSync(disk);
  }
}

/** A file system that a test can fill; undefined where none can be mounted. */
async function small_disk(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "kulti-disk-"));
  const options = ["-t", "tmpfs", "-o", "size=600m,mode=1777", "tmpfs", folder];
  const code = await run("mount", options, { on_output() {} }).catch(() => 1);
  if (code === 0) return folder;
  rmdirSync(folder);
  return undefined;
}
