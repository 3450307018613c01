import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { api } from "./table.ts";
import { target } from "./target.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

test("the README's first event does what it says", async () => {
  const block = /```sh\n(KEY=[\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const agentId = `readme-${crypto.randomUUID().slice(0, 8)}`;
  const script = block
    .replaceAll("http://127.0.0.1:54321", target.api_url)
    .replaceAll("my-agent", agentId);
  const { stdout } = await promisify(execFile)("bash", ["-euc", script]);
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 1, last_seq: 1 });
  expect(await api.findSessions({ agent_id: agentId })).toMatchObject([
    { latest: "Hello, stage." },
  ]);
});
