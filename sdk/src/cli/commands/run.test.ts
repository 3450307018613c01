import { readFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { expect, test } from "vitest";
import { sourceBin } from "../../../test/command.ts";
import { commandHome } from "../../../test/command-home.ts";

const at = commandHome();

const shown = (): string =>
  at.server.events.map(({ data }) => ("text" in data ? data.text : "")).join("");

test("run passes bytes, streams and the exit code of a command through, and shows them", async () => {
  const program =
    "process.stdout.write('out é\\n'); process.stderr.write('err\\n'); process.exit(7)";
  const { code, stdout, stderr } = await at.run(["run", "--", "node", "-e", program]);
  expect([code, stdout, stderr]).toEqual([7, "out é\n", "err\n"]);
  const [task, status, command, ...rest] = at.server.events.map(({ data }) => data);
  expect(task).toMatchObject({ title: `node -e ${program}` });
  expect(status).toEqual({ status: "working" });
  expect(command).toMatchObject({ command: `node -e ${program}` });
  expect(rest.at(-1)).toEqual({ status: "done" });
  expect(rest.filter((data) => "exit_code" in data)).toMatchObject([{ exit_code: 7 }]);
  expect(rest.filter((data) => "stream" in data && data.stream === "stderr")).toMatchObject([
    { text: "err\n" },
  ]);
  expect(shown()).toContain("out é\n");
});

test("run gives the command the input that it gets", async () => {
  const { code, stdout } = await at.run(["run", "--", "cat"], { input: "from stdin" });
  expect([code, stdout]).toEqual([0, "from stdin"]);
});

test("run names a command that does not exist, and ends as a shell does", async () => {
  const { code, stderr } = await at.run(["run", "--", "no-such-command-here"]);
  expect([code, stderr]).toEqual([127, expect.stringContaining("the command was not found")]);
});

test("run hands signals to the command and ends with its code", async () => {
  const program =
    "process.on('SIGTERM', () => { console.log('term'); process.exit(3); }); console.log('up'); setInterval(() => {}, 100)";
  const { code, stdout } = await at.run(["run", "--", "node", "-e", program], {
    during: (kill) => {
      at.server.judge = ({ events }) => {
        if (events.some(({ data }) => "text" in data && data.text.includes("up"))) kill("SIGTERM");
        return null;
      };
    },
  });
  expect([code, stdout]).toEqual([3, "up\nterm\n"]);
});

test("run leaves the command alone while the server is down, and keeps its events", async () => {
  at.server.judge = () => ({ kind: "status", status: 502 });
  at.server.isHealthy = false;
  const { code, stdout } = await at.run(["run", "--", "echo", "works"]);
  expect([code, stdout]).toEqual([0, "works\n"]);
  at.server.judge = () => null;
  at.server.isHealthy = true;
  await at.run(["flush"]);
  expect(shown()).toContain("works\n");
});

test("run needs no server to run the command", async () => {
  at.home.env = { PATH: at.home.env.PATH ?? "", HOME: at.home.folder };
  const { code, stdout, stderr } = await at.run(["run", "--", "echo", "works"]);
  expect([code, stdout]).toEqual([0, "works\n"]);
  expect(stderr).toContain("Running the command without a stage.");
});

test("in a terminal run gives the command a terminal of the same size, and its keys", async () => {
  const log = join(at.home.folder, "size");
  const program = `
    const { writeFileSync } = require("node:fs");
    process.stdin.setRawMode(true);
    console.log(["tty", process.stdin.isTTY, process.stdout.columns, process.stdout.rows].join(" "));
    process.stdout.on("resize", () => console.log("now " + process.stdout.columns));
    process.stdin.on("data", (key) => {
      writeFileSync(${JSON.stringify(log)}, key);
      if (key[0] === 3) process.exit(5);
    });`;
  const terminal = spawn(process.execPath, [sourceBin, "run", "--", "node", "-e", program], {
    cols: 97,
    rows: 31,
    cwd: at.home.folder,
    env: at.home.env,
  });
  let seen = "";
  terminal.onData((data) => {
    seen += data;
    if (data.includes("tty true")) terminal.resize(64, 20);
    // Ctrl-C is a key for the command, not the end of kulti.
    if (data.includes("now 64")) terminal.write("\u0003");
  });
  const code = await new Promise((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  expect(seen).toContain("tty true 97 31");
  expect(code).toBe(5);
  expect([...readFileSync(log)]).toEqual([3]);
  expect(shown()).toContain("tty true 97 31");
});

test("run without a command says how to give one", async () => {
  const { code, stderr } = await at.run(["run"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("give a command after --")]);
});
