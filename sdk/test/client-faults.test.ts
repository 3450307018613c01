/**
 * Both clients against a server with seeded faults, killed at random moments: what a client took longer than 50 ms before
 * its end, by its own clock, stands in the table once, in order. KULTI_FAULT_RUNS sets the number of runs of each.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seeded } from "@kulti/protocol/redact/corpus.ts";
import { expect, test } from "vitest";
import { type Fault, startTestServer, type TestServer } from "./server.ts";

const runs = Number(process.env.KULTI_FAULT_RUNS ?? 4);
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const isOld = "import sys; sys.exit(sys.version_info < (3, 9))";
const hasPython = spawnSync("python3", ["-c", isOld]).status === 0;

/** Each prints an event's number and the time in ms once the client has taken it. */
const clients = {
  typescript: (from: number, to: number) => [
    process.execPath,
    "--input-type=module",
    "-e",
    `import { createAgent } from ${JSON.stringify(`file://${file("../src/index.ts")}`)};
     const agent = createAgent({ flushMs: 20, retryBaseMs: 20, retryCapMs: 200, onProblem() {} });
     for (let n = ${from}; n < ${to}; n++) {
       agent.think(String(n));
       process.stdout.write(n + " " + Date.now() + "\\n");
       await new Promise((resolve) => setTimeout(resolve, 4));
     }
     await agent.close({ timeoutMs: 20_000 });`,
  ],
  python: (from: number, to: number) => [
    "python3",
    "-c",
    `import time
from kulti import Kulti
kulti = Kulti(flush_ms=20, on_problem=lambda problem: None)
kulti._settings.retry_base_ms = 20
kulti._settings.retry_cap_ms = 200
for n in range(${from}, ${to}):
    kulti.think(str(n))
    print(n, int(time.time() * 1000), flush=True)
    time.sleep(0.004)
kulti.close(20)`,
  ],
};

function faultsOf(random: () => number): Fault[] {
  const kinds: (() => Fault)[] = [
    () => ({ kind: "drop_after_commit" }),
    () => ({ kind: "drop_before_commit" }),
    () => ({ kind: "half_answer" }),
    () => ({ kind: "slow", waitMs: random() * 120 }),
    () => ({ kind: "status", status: 500, body: "<html>" }),
    () => ({ kind: "status", status: 502 }),
    () => ({ kind: "status", status: 429, headers: { "retry-after": "0" } }),
  ];
  const calm: Fault = { kind: "slow", waitMs: 0 };
  return Array.from({ length: 60 }, () =>
    random() < 0.5 ? calm : (kinds[Math.floor(random() * kinds.length)] as () => Fault)(),
  );
}

interface Taken {
  number: number;
  at: number;
}

/** Runs a client until it ends or, `killMs` after its first event, is killed; returns what it had taken and when. */
function drive(command: string[], server: TestServer, spool: string, killMs: number | null) {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH ?? "",
      PYTHONPATH: file("../python/src"),
      NODE_OPTIONS: process.env.NODE_OPTIONS ?? "",
      KULTI_SERVER: server.url,
      KULTI_AGENT_ID: "ada",
      KULTI_API_KEY: "klt_ada",
      KULTI_SPOOL_DIR: spool,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    if (killMs !== null && output === "") setTimeout(() => child.kill("SIGKILL"), killMs);
    output += chunk;
  });
  return new Promise<Taken[]>((resolve) =>
    child.on("close", () =>
      resolve(
        [...output.matchAll(/^(\d+) (\d+)$/gm)].map(([, number, at]) => ({
          number: Number(number),
          at: Number(at),
        })),
      ),
    ),
  );
}

test.each(["typescript", "python"] as const)(
  "%s: whatever fails and is killed, accepted events arrive once and in order",
  { timeout: runs * 20_000 },
  async (language) => {
    if (language === "python" && !hasPython) return;
    for (let seed = 1; seed <= runs; seed++) {
      const random = seeded(seed);
      const server = await startTestServer();
      const spool = mkdtempSync(join(tmpdir(), "kulti-faults-"));
      server.faults = faultsOf(random);
      const taken = await drive(clients[language](0, 80), server, spool, random() * 400);
      server.faults = faultsOf(random).slice(0, 10);
      // Whoever runs next sends what is left, of either language.
      const next = seed % 2 === 0 && hasPython ? "python" : "typescript";
      await drive(clients[next](1_000, 1_003), server, spool, null);
      const numbers = server.events.map(({ data }) => Number("content" in data && data.content));
      const old = numbers.filter((number) => number < 1_000);
      const endedAt = taken.at(-1)?.at ?? 0;
      const sure = taken.filter(({ at }) => at < endedAt - 50);
      expect(new Set(numbers).size, `seed ${seed}: twice`).toBe(numbers.length);
      expect(old, `seed ${seed}: order`).toEqual(old.toSorted((one, other) => one - other));
      const missing = sure.filter(({ number }) => !old.includes(number));
      expect(missing, `seed ${seed}: lost`).toEqual([]);
      await server.close();
      rmSync(spool, { recursive: true, force: true });
    }
  },
);
