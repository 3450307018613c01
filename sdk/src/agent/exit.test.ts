import { spawn } from "node:child_process";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTestServer, type TestServer } from "../../test/server.ts";

let server: TestServer;
vi.setConfig({ testTimeout: 30_000 });
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

/** Runs an agent's program as a process of its own, and returns how it ended and how long it took. */
function run(program: string): Promise<{ code: number | null; ms: number; stderr: string }> {
  const sdk = new URL("../index.ts", import.meta.url).href;
  const options = JSON.stringify({ server: server.url, agentId: "brief", apiKey: "klt_x" });
  const code = `import { createAgent } from ${JSON.stringify(sdk)};
    const agent = createAgent({ ...${options} });
    ${program}`;
  const before = Date.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) =>
    child.on("close", (exit) => resolve({ code: exit, ms: Date.now() - before, stderr })),
  );
}

test("a process that ends by itself sends everything first", async () => {
  const { code } = await run(
    `for (let n = 0; n < 1000; n++) agent.think(String(n)); agent.status("done");`,
  );
  expect(code).toBe(0);
  expect(server.events.length).toBe(1_001);
});

test("text held back for its continuation is sent at exit", async () => {
  const { code } = await run(`agent.terminal("the last word is gh");`);
  expect(code).toBe(0);
  expect(server.events.map(({ data }) => "text" in data && data.text).join("")).toBe(
    "the last word is gh",
  );
});

test("an idle agent, even one that listens to the chat, keeps no process alive", async () => {
  const { code, ms } = await run(
    `agent.onMessage(() => {}); agent.think("x"); await agent.flush();`,
  );
  expect(code).toBe(0);
  expect(ms).toBeLessThan(4_000);
});

test("an unreachable server delays the exit by seconds at most", async () => {
  await server.close();
  const { code, ms } = await run(`agent.think("x");`);
  expect(code).toBe(0);
  expect(ms).toBeLessThan(9_000);
});

test.each([
  ["process.exit", "process.exit(3);", 3, 2],
  ["an error that nobody caught", 'throw new Error("boom");', 1, 4],
])("%s with events unsent and no spool says how many are lost", async (_, end, code, lost) => {
  const ended = await run(`agent.think("a"); agent.think("b"); ${end}`);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(
    `The process is ending with ${lost} unsent event(s), which are lost. Await agent.close()`,
  );
});

test("awaiting close keeps the process alive until it is done", async () => {
  server.faults.push({ kind: "status", status: 503 }, { kind: "status", status: 503 });
  const { code } = await run(
    `agent.think("x"); const { drained } = await agent.close(); process.exit(drained ? 7 : 8);`,
  );
  expect(code).toBe(7);
});
