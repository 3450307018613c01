/** The suites of `npm test`. Each runs its own tool and returns the numbers of passed and failed tests. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { denoBinary, runPgtap } from "@kulti/local";
import { makeSamples } from "@kulti/protocol/redact/corpus.ts";
import { redact } from "@kulti/protocol/redact/redact.ts";
import { checkImports } from "./check-imports.ts";
import { type RunOptions, root, run } from "./process.ts";

export interface Counts {
  passed: number;
  failed: number;
  /** Shown when something failed. */
  output: string;
}

/** A tool that only passes or fails counts as one test. */
async function verdict(command: string, args: string[], options: RunOptions = {}): Promise<Counts> {
  let output = "";
  const onOutput = (text: string) => {
    output += text;
  };
  const code = await run(command, args, { ...options, onOutput });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
}

export const lint = () => verdict("biome", ["check", "--colors=off", "."]);
export const types = () => verdict("tsc", ["--pretty", "false"]);

export async function imports(): Promise<Counts> {
  const violations = checkImports(root);
  return {
    passed: violations.length === 0 ? 1 : 0,
    failed: violations.length === 0 ? 0 : 1,
    output: violations.join("\n"),
  };
}

export async function vitest(
  projects: string[],
  env: Record<string, string> = {},
): Promise<Counts> {
  return withReport("vitest.json", async (report) => {
    const { output, passed: succeeded } = await verdict(
      "vitest",
      [
        "run",
        ...projects.flatMap((project) => ["--project", project]),
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
      { env: { ...env, NO_COLOR: "1" } },
    );
    const { numPassedTests = 0, numFailedTests = 0 } = JSON.parse(readFileSync(report, "utf8"));
    // A file that can't be loaded fails the run without a failed test.
    const failed = numFailedTests || (succeeded ? 0 : 1);
    return { passed: numPassedTests, failed, output };
  });
}

const functions = join(root, "supabase", "functions");
const functionNames = () =>
  readdirSync(functions, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^[._]/.test(entry.name))
    .map(({ name }) => name);

/**
 * All functions in one process with the import map of the first, since all are the same; the system's tests then run
 * each with its own. Not with its deno.json as the configuration: Deno then finds no types for `node:`.
 */
export async function deno(): Promise<Counts> {
  const importMap = `--import-map=${join(functions, functionNames()[0] ?? "", "deno.json")}`;
  const [checked, tested] = await Promise.all([
    verdict(denoBinary(), ["check", ...offline, importMap, ...sources()], { env: denoEnv }),
    denoTest(importMap),
  ]);
  return {
    passed: checked.passed + tested.passed,
    failed: checked.failed + tested.failed,
    output: checked.output + tested.output,
  };
}

const denoEnv = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
const offline = ["--node-modules-dir=manual", "--no-lock", "--cached-only"];

const sources = () =>
  [...functionNames(), join("_shared", "http")].flatMap((folder) =>
    readdirSync(join(functions, folder))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(functions, folder, name)),
  );

async function denoTest(importMap: string): Promise<Counts> {
  return withReport("junit.xml", async (report) => {
    const { output, passed: succeeded } = await verdict(
      denoBinary(),
      [
        "test",
        ...offline,
        importMap,
        "--no-check",
        "--no-prompt",
        "--parallel",
        "--allow-net=127.0.0.1",
        // Their tests are vitest's.
        `--ignore=${["protocol", "recordings"].map((name) => join(functions, "_shared", name))}`,
        `--junit-path=${report}`,
        functions,
      ],
      { env: denoEnv },
    );
    const suites = /<testsuites [^>]*>/.exec(readIfThere(report))?.[0] ?? "";
    const number = (attribute: string) =>
      Number(new RegExp(`\\b${attribute}="(\\d+)"`).exec(suites)?.[1] ?? 0);
    const broken = number("failures") + number("errors");
    const failed = broken || (succeeded ? 0 : 1);
    return { passed: number("tests") - broken, failed, output };
  });
}

/** The Python client's tests. Without a Python it says so; with CI=true that is a failure. */
export async function python(): Promise<Counts> {
  const command = await findPython();
  if (command === null) {
    console.log("Skipping the Python client: no python3 of 3.9 or later was found.");
    return {
      passed: 0,
      failed: process.env.CI === "true" ? 1 : 0,
      output: "No python3 was found.",
    };
  }
  return withReport("corpus.json", async (corpus) => {
    const samples = makeSamples(1).map((sample) => ({ ...sample, shown: redact(sample.text) }));
    writeFileSync(corpus, JSON.stringify(samples));
    const folder = join(root, "sdk", "python");
    const paths = [join(folder, "src"), join(folder, "tests")].join(delimiter);
    const env = { KULTI_CORPUS: corpus, KULTI_SPOOL: "1", PYTHONPATH: paths };
    const flags = ["-W", "ignore", "-m", "unittest", "discover", "-s", join(folder, "tests")];
    const { output, passed: succeeded } = await verdict(command, flags, { env });
    const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0);
    const broken = [...output.matchAll(/(?:failures|errors)=(\d+)/g)];
    const failed = broken.reduce((sum, [, count]) => sum + Number(count), 0) || (succeeded ? 0 : 1);
    return { passed: Math.max(0, ran - failed), failed, output };
  });
}

async function findPython(): Promise<string | null> {
  const isNew = "import sys; sys.exit(sys.version_info < (3, 9))";
  for (const command of ["python3", "python"]) {
    const code = await run(command, ["-c", isNew], { onOutput() {} }).catch(() => 1);
    if (code === 0) return command;
  }
  return null;
}

export async function pgtap(dbUrl: string): Promise<Counts> {
  const tests = join(root, "supabase", "tests");
  const files = readdirSync(tests)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => join(tests, name));
  let output = "";
  const log = (line: string) => {
    output += `${line}\n`;
  };
  const { passed, failed, failures } = await runPgtap({ dbUrl, files, log });
  return { passed, failed, output: [output, ...failures].join("\n") };
}

/** The Splinter lints of the real CLI: no finding at all. */
export const advisors = (dbUrl: string) =>
  verdict("supabase", ["db", "advisors", `--remote=${dbUrl}`, "--level=info", "--fail-on=info"]);

async function withReport(name: string, use: (path: string) => Promise<Counts>): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "kulti-report-"));
  try {
    return await use(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};
