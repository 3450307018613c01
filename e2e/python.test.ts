/** The Python client against the whole system. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { register } from "./agent.ts";
import { readEvents, send } from "./request.ts";
import { target } from "./target.ts";

const source = fileURLToPath(new URL("../sdk/python/src", import.meta.url));
const spool = mkdtempSync(join(tmpdir(), "kulti-python-"));
afterAll(() => rmSync(spool, { recursive: true, force: true }));
const hasPython = spawnSync("python3", ["-c", "import sys; assert sys.version_info >= (3, 9)"]);

function python(agent: { agent_id: string; api_key: string }, program: string, server: string) {
  const child = spawn("python3", ["-c", `from kulti import Kulti\nkulti = Kulti()\n${program}`], {
    env: {
      PATH: process.env.PATH ?? "",
      PYTHONPATH: source,
      KULTI_SERVER: server,
      KULTI_AGENT_ID: agent.agent_id,
      KULTI_API_KEY: agent.api_key,
      KULTI_SPOOL_DIR: spool,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const end = new Promise<string>((resolve) => child.on("close", () => resolve(output)));
  return { child, end, output: () => output };
}

test.runIf(hasPython.status === 0)(
  "the Python client sends, hears the chat and answers",
  async () => {
    const agent = await register();
    const program = `import time
kulti.task("From Python")
kulti.think("Hello, stage.", "decision")
with kulti.thought() as thought:
    for word in "word by word".split(" "):
        thought.write(word + " ")
kulti.on_message(lambda message: kulti.say("You said " + message["text"]))
kulti.drain()
print(kulti.session_id, flush=True)
time.sleep(60)`;
    const run = python(agent, program, target.api_url);
    await expect.poll(run.output, { timeout: 20_000 }).toMatch(/^[0-9a-f-]{36}\n$/);
    const sessionId = run.output().trim();
    const stored = await readEvents(sessionId);
    expect(stored.map(({ type }) => type).slice(0, 2)).toEqual(["task", "thought"]);
    const words = stored.filter(({ data }) => data.stream_id).map(({ data }) => data.content);
    expect(words.join("")).toBe("word by word ");
    const line = { session_id: sessionId, viewer_id: "v-1", name: "Vera", text: "hi" };
    expect((await send("chat", { body: line })).status).toBe(201);
    await expect
      .poll(
        async () =>
          (
            await send(`chat?session_id=${sessionId}&after=0`, {
              method: "GET",
              key: agent.api_key,
            })
          ).body.messages.length,
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0);
    run.child.kill("SIGKILL");
    await run.end;
  },
);
