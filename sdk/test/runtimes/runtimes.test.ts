/** The packed package, used as its users do, in every runtime that it names. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { installPackage } from "../installed-package.ts";
import { startTestServer, type TestServer } from "../server.ts";

const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const runtimes = fileURLToPath(new URL("./node_modules", import.meta.url));
const { platform, arch } = process;
/** npm has these for more platforms; the tests name those of one. */
const isHere = platform === "linux" && arch === "x64";
let folder: string;
let server: TestServer;
vi.setConfig({ testTimeout: 60_000 });

beforeAll(() => {
  if (isHere && !existsSync(runtimes)) {
    const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];
    const where = ["--prefix", fileURLToPath(new URL(".", import.meta.url))];
    execFileSync("npm", ["install", ...where, ...quiet], { stdio: "inherit" });
  }
  folder = mkdtempSync(join(tmpdir(), "kulti-runtimes-"));
  installPackage(folder);
  writeFileSync(join(folder, "agent.mjs"), `${program('import { createAgent } from "kulti";')}\n`);
  writeFileSync(
    join(folder, "agent.cjs"),
    `const { createAgent } = require("kulti");\n(async () => {${program("")}})();\n`,
  );
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const program = (load: string): string => `${load}
  const agent = createAgent();
  agent.task("Run here");
  agent.think("Hello from this runtime.");
  agent.status("done");
  const { drained } = await agent.close();
  console.log(drained);`;

const expectArrived = (): void => {
  expect(server.events.map(({ type }) => type)).toEqual(["task", "thought", "status"]);
};

const env = (): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: folder,
  KULTI_SERVER: server.url,
  KULTI_AGENT_ID: "ada",
  KULTI_API_KEY: "klt_ada",
});

/** In the background: the server that it talks to runs in this process. */
function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { cwd: folder, env: env() });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

const node = (version: string): string => join(runtimes, `node-${version}/bin/node`);

test.runIf(isHere).each([
  ["Node 20, import", () => node("20"), ["agent.mjs"]],
  ["Node 20, require", () => node("20"), ["agent.cjs"]],
  ["Node 22, import", () => node("22"), ["agent.mjs"]],
  ["Node 22, require", () => node("22"), ["agent.cjs"]],
  ["Node 24, import", () => process.execPath, ["agent.mjs"]],
  ["Node 24, require", () => process.execPath, ["agent.cjs"]],
  ["Bun", () => join(runtimes, "@oven/bun-linux-x64/bin/bun"), ["agent.mjs"]],
  ["Deno", () => denoBinary(), ["run", "--allow-all", "--no-lock", "agent.mjs"]],
] as const)("the client sends from %s", async (_, command, args) => {
  const { code, output } = await run(command(), [...args]);
  expect([code, output.trim()]).toEqual([0, "true"]);
  expectArrived();
});

test.runIf(isHere)(
  "the client sends from Deno without rights to files and the environment",
  async () => {
    writeFileSync(
      join(folder, "narrow.mjs"),
      program('import { createAgent as create } from "kulti";').replace(
        "createAgent()",
        `create(${JSON.stringify({ server: server.url, agentId: "ada", apiKey: "klt_ada" })})`,
      ),
    );
    const rights = ["run", "--allow-net=127.0.0.1", "--no-prompt", "--no-lock", "narrow.mjs"];
    const { code, output } = await run(denoBinary(), rights);
    expect([code, output.trim()]).toEqual([0, "true"]);
    expectArrived();
  },
);

test.runIf(isHere)("the client sends from a Worker", async () => {
  const options = { server: server.url, agentId: "ada", apiKey: "klt_ada" };
  writeFileSync(
    join(folder, "worker.mjs"),
    `import { createAgent } from "kulti";
     export default {
       async fetch() {
         const agent = createAgent(${JSON.stringify(options)});
         agent.task("Run here");
         agent.think("Hello from this runtime.");
         agent.status("done");
         return Response.json(await agent.close());
       },
     };`,
  );
  await build({
    absWorkingDir: folder,
    entryPoints: ["worker.mjs"],
    outfile: join(folder, "worker-bundle.mjs"),
    bundle: true,
    format: "esm",
    conditions: ["worker"],
  });
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
     const config :Workerd.Config = (
       services = [
         (name = "main", worker = (
           modules = [(name = "main", esModule = embed "worker-bundle.mjs")],
           compatibilityDate = "2026-01-01", globalOutbound = "net")),
         (name = "net", network = (allow = ["private", "local"])),
       ],
       sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
     );`,
  );
  const workerd = join(runtimes, "@cloudflare/workerd-linux-64/bin/workerd");
  const child = spawn(workerd, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    const answer = await fetch(`http://127.0.0.1:${await portOf(child)}/`);
    expect(await answer.json()).toEqual({ drained: true, pending: 0 });
    expectArrived();
  } finally {
    child.kill();
  }
});

/** workerd names its port on the control channel. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdio[3]?.on("data", (chunk) => {
      const port = /"port":\s*(\d+)/.exec(String(chunk))?.[1];
      if (port) resolve(Number(port));
    });
    child.on("exit", (code) => reject(new Error(`workerd ended with ${code}.`)));
  });
}

function denoBinary(): string {
  const folder = join(modules, "@deno");
  const name = readdirSync(folder).find((entry) => existsSync(join(folder, entry, "deno")));
  return join(folder, name ?? "", "deno");
}
