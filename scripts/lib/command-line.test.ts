import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CommandLine, refusalOf } from "./command-line.ts";
import { root } from "./process.ts";

const run = (command: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(root, "scripts/bootstrap.mjs"), command, ...args], {
    encoding: "utf8",
    timeout: 20_000,
    // Never empties or starts the Kulti of this folder, should a command run in spite of its arguments.
    env: { ...process.env, KULTI_DIR: join(root, "node_modules/.cache/no-kulti") },
  });

const commands = ["start", "test", "reset", "e2e", "bench", "generate"];

test.each(commands)(
  "npm script %s prints its help and does nothing else",
  (command) => {
    const { status, stdout, stderr } = run(command, "--help");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^[A-Z][^\n]+\.\n\nUsage: npm (start|test|run \w+) -- \[options\]/);
    expect(stdout).toContain("--help");
    expect(status).toBe(0);
  },
  30_000,
);

test.each(commands)(
  "npm script %s refuses an unknown option",
  (command) => {
    const { status, stdout, stderr } = run(command, "--nonsense");
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /^Cannot run npm (start|test|run \w+): it has no option "--nonsense"\. Run "npm .* -- --help" to see what it accepts\.\n$/,
    );
    expect(status).toBe(2);
  },
  30_000,
);

test("refusalOf accepts declared options and operands, and names the first that it refuses", () => {
  const line: CommandLine = {
    command: "npm run try",
    about: "Tries.",
    operand: "file",
    options: {
      "--rate": { value: "number", about: "A rate." },
      "--json": { about: "Prints JSON." },
    },
  };
  for (const args of [[], ["a.ts", "--rate", "3"], ["--rate=3", "--json", "-"]]) {
    expect(refusalOf(line, args), args.join(" ")).toBeUndefined();
  }
  expect(refusalOf(line, ["--rate"])).toContain('the option "--rate" needs a value');
  expect(refusalOf(line, ["--json=1"])).toContain('the option "--json" takes no value');
  expect(refusalOf(line, ["--toString"])).toContain('it has no option "--toString"');
  expect(refusalOf({ command: "npm run try", about: "Tries." }, ["x"])).toContain(
    'it takes no argument "x"',
  );
});
