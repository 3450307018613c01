import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startTestServer, type TestServer } from "../../../test/server.ts";
import { createAgent } from "../client.ts";

let server: TestServer;
let spool: string;
vi.setConfig({ testTimeout: 30_000 });
beforeEach(async () => {
  server = await startTestServer();
  spool = mkdtempSync(join(tmpdir(), "kulti-spool-"));
});
afterEach(async () => {
  await server.close();
  rmSync(spool, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** Runs an agent's program as a process of its own. */
function start(
  program: string,
  options: object = {},
): { child: ChildProcess; end: Promise<Ended> } {
  const sdk = new URL("../../index.ts", import.meta.url).href;
  const settings = { server: server.url, agentId: "brief", apiKey: "klt_x", ...options };
  const code = `import { createAgent } from ${JSON.stringify(sdk)};
    const agent = createAgent(${JSON.stringify(settings)});
    ${program}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, KULTI_SPOOL: "1", KULTI_SPOOL_DIR: spool },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const end = new Promise<Ended>((resolve) =>
    child.on("close", (exit, signal) => resolve({ code: exit, signal, stderr })),
  );
  return { child, end };
}

const run = (program: string, options?: object): Promise<Ended> => start(program, options).end;

const files = (): string[] =>
  readdirSync(spool, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith("ndjson"),
  );

const contents = (): string[] =>
  server.events.map(({ data }) => ("content" in data ? String(data.content) : ""));

/** The server answers nothing, as if it were down, until `up`. */
const down = (): void => {
  server.isHealthy = false;
  server.judge = () => ({ kind: "status", status: 502 });
};
const up = (): void => {
  server.isHealthy = true;
  server.judge = () => null;
};

const next = () => run(`agent.think("next"); await agent.close();`);

test("process.exit leaves unsent events to the next process, which sends them once, in order, in their session", async () => {
  down();
  const { code, stderr } = await run(
    `for (let n = 0; n < 50; n++) agent.think("old " + n); process.exit(3);`,
  );
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining("50 unsent event(s), which the agent's next process"),
  ]);
  expect([server.events.length, files().length]).toEqual([0, 1]);
  up();
  await next();
  const old = Array.from({ length: 50 }, (_, n) => `old ${n}`);
  expect(contents()).toEqual(["next", ...old]);
  const sessions = server.batches.map((batch) => batch.session_id ?? batch.start_session);
  expect(new Set(sessions).size).toBe(2);
  expect(files()).toEqual([]);
  await next();
  expect(server.duplicates).toBe(0);
  expect(contents()).toEqual(["next", ...old, "next"]);
});

test("an error that nobody catches becomes an event, ends the session as error, and ends the process as before", async () => {
  down();
  const { code, stderr } = await run(`agent.think("a"); throw new Error("boom " + 1);`);
  expect([code, stderr]).toEqual([1, expect.stringContaining("Error: boom 1")]);
  up();
  await next();
  expect(server.events.map(({ type }) => type)).toEqual(["thought", "thought", "error", "status"]);
  expect(server.events.at(-2)?.data).toMatchObject({
    message: "boom 1",
    stack: expect.any(String),
  });
  expect(server.events.at(-1)?.data).toEqual({ status: "error" });
});

test("a program that catches its errors itself goes on after one", async () => {
  const { code } = await run(
    `process.on("uncaughtException", () => agent.think("goes on"));
     setTimeout(() => { throw new Error("caught"); }, 0);`,
  );
  expect(code).toBe(0);
  expect(server.events.map(({ type }) => type)).toEqual(["error", "thought"]);
});

test("captureErrors: false leaves errors alone", async () => {
  await run(`agent.think("a"); await agent.flush(); throw new Error("x");`, {
    captureErrors: false,
  });
  await next();
  expect(contents()).toEqual(["a", "next"]);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends the process as without us, and its events are kept",
  async (signal) => {
    down();
    const { child, end } = start(
      `setInterval(() => {}, 1000); agent.think("before"); process.stdout.write("ready");`,
    );
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    child.kill(signal);
    expect((await end).signal).toBe(signal);
    up();
    await next();
    expect(contents()).toEqual(["next", "before"]);
  },
);

test("a signal that the program handles stays its own", async () => {
  down();
  const { child, end } = start(
    `process.on("SIGTERM", () => process.exit(42));
     setInterval(() => {}, 1000); agent.think("before"); process.stdout.write("ready");`,
  );
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  child.kill("SIGTERM");
  expect((await end).code).toBe(42);
});

test("kill -9 loses at most the last 50 ms", async () => {
  down();
  const { child, end } = start(
    `let n = 0; setInterval(() => { agent.think(String(n)); process.stdout.write(n++ + "\\n"); }, 1);`,
  );
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  await expect.poll(() => said.split("\n").length).toBeGreaterThan(200);
  const before = said.split("\n").length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  child.kill("SIGKILL");
  await end;
  up();
  await next();
  const kept = contents().slice(1);
  expect(kept.length).toBeGreaterThan(before);
  expect(kept).toEqual(kept.map((_, n) => String(n)));
});

test("two processes that start together send what was left once", async () => {
  down();
  await run(`for (let n = 0; n < 200; n++) agent.think("old " + n); process.exit();`);
  up();
  await Promise.all([next(), next(), next()]);
  expect(contents().filter((content) => content !== "next").length).toBe(200);
  expect(server.duplicates).toBe(0);
  expect(files()).toEqual([]);
});

test("a running process keeps its file from others", async () => {
  down();
  const { child, end } = start(
    `setInterval(() => {}, 1000); agent.think("mine"); setTimeout(() => process.stdout.write("ready"), 200);`,
    { retryBaseMs: 60_000, retryCapMs: 60_000 },
  );
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  up();
  await next();
  expect(contents()).toEqual(["next"]);
  expect(files().length).toBe(1);
  child.kill("SIGKILL");
  await end;
  await next();
  expect(contents()).toEqual(["next", "next", "mine"]);
});

test("the file and its folder are the owner's alone, hold no key, and go when all is acknowledged", async () => {
  down();
  const agent = createAgent({ server: server.url, agentId: "a-b", apiKey: "klt_secret", spool });
  agent.think(`kept sk-proj-${"a1B2".repeat(12)}`);
  await expect.poll(files).toHaveLength(1);
  const path = join(spool, files()[0] as string);
  await expect.poll(() => readFileSync(path, "utf8")).toContain("kept");
  const text = readFileSync(path, "utf8");
  expect(text).not.toMatch(/klt_secret|sk-proj/);
  expect([statSync(path).mode & 0o777, statSync(join(path, "..")).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
  up();
  await agent.flush();
  expect(files()).toEqual([]);
  await agent.close();
});

test("close with events unsent keeps them, and says so", async () => {
  down();
  const problems: string[] = [];
  const options = { server: server.url, agentId: "a-b", apiKey: "klt_x", spool };
  const agent = createAgent({
    ...options,
    onProblem: ({ message }) => void problems.push(message),
  });
  agent.think("kept");
  expect(await agent.close({ timeoutMs: 100 })).toEqual({ drained: false, pending: 1 });
  expect(problems.join()).toContain("`kulti flush` sends");
  up();
  const later = createAgent(options);
  later.think("later");
  await later.close();
  expect(contents()).toEqual(["later", "kept"]);
});

test("a key that is refused stops the stream, and the next process sends what was left", async () => {
  const error = { code: "unknown_key", message: "No such key.", request_id: "r" };
  server.judge = () => ({ kind: "status", status: 401, body: { error } });
  const { stderr } = await run(`agent.think("kept"); await agent.flush(); await agent.close();`);
  expect(stderr).toContain("1 event(s) are kept for the agent's next process: No such key.");
  up();
  await next();
  expect(contents()).toEqual(["next", "kept"]);
});

test("a disk that can't be written is reported once, and the agent goes on", async () => {
  const file = join(spool, "file");
  writeFileSync(file, "");
  const problems: string[] = [];
  const agent = createAgent({
    server: server.url,
    agentId: "a-b",
    apiKey: "klt_x",
    spool: join(file, "x"),
    onProblem: ({ code }) => void problems.push(code),
  });
  down();
  agent.think("waits longer than lines gather");
  await expect.poll(() => problems).toEqual(["spool_failed"]);
  for (let n = 0; n < 10; n++) agent.think(String(n));
  up();
  await agent.close();
  expect(server.events.length).toBe(11);
  expect(problems).toEqual(["spool_failed"]);
});

test("KULTI_SPOOL=0 writes nothing", async () => {
  down();
  const agent = createAgent({ server: server.url, agentId: "a-b", apiKey: "klt_x" });
  agent.think("x");
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await agent.close({ timeoutMs: 50 })).toMatchObject({ pending: 1 });
  expect(files()).toEqual([]);
});

test("old and too many files are removed, the oldest first, and reported", async () => {
  down();
  await run(`agent.think("x"); process.exit();`);
  const [name] = files() as [string];
  const folder = join(spool, name, "..");
  const text = readFileSync(join(spool, name), "utf8");
  for (let n = 0; n < 250; n++) {
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    writeFileSync(join(folder, `${id}~00000000~0~0.ndjson`), text.replaceAll("thought", `thought`));
  }
  up();
  const { stderr } = await next();
  expect(stderr).toContain("Removed 51 file(s)");
  expect(files()).toEqual([]);
});

test("a file that names another server or agent is not sent", async () => {
  down();
  await run(`agent.think("x"); process.exit();`);
  const path = join(spool, files()[0] as string);
  writeFileSync(path, readFileSync(path, "utf8").replace(server.url, "http://127.0.0.1:1"));
  up();
  await next();
  expect(contents()).toEqual(["next"]);
});

test("delayMs holds each event back, and panic drops what is held and ends the session", async () => {
  const agent = createAgent({
    server: server.url,
    agentId: "a-b",
    apiKey: "klt_x",
    spool,
    delayMs: 300,
  });
  const began = Date.now();
  agent.think("first");
  await agent.flush();
  expect(Date.now() - began).toBeGreaterThanOrEqual(295);
  agent.think("held");
  await new Promise((resolve) => setTimeout(resolve, 120));
  await agent.panic();
  agent.think("after");
  await agent.close();
  expect(server.events.map(({ data }) => data)).toEqual([
    expect.objectContaining({ content: "first" }),
    { status: "offline" },
  ]);
  expect(files()).toEqual([]);
});

test("a file named panic makes running processes of the agent panic", async () => {
  const agent = createAgent({
    server: server.url,
    agentId: "a-b",
    apiKey: "klt_x",
    spool,
    delayMs: 200,
  });
  agent.think("first");
  await agent.flush();
  agent.think("held");
  await expect.poll(files).toHaveLength(1);
  writeFileSync(join(spool, files()[0] as string, "..", "panic"), "");
  await expect.poll(() => server.events.at(-1)?.data).toEqual({ status: "offline" });
  expect(contents()).toEqual(["first", ""]);
  expect(files()).toEqual([]);
  await agent.close();
});
