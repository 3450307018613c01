import { expect, test } from "vitest";
import { testAgents } from "../../test/agents.ts";
import { Kulti } from "./kulti.ts";

const run = testAgents();

test("Kulti takes what the original's class took, and has every other method of an agent", async () => {
  const kulti = new Kulti("tester", { server: run.server.url, apiKey: "klt_test", flushMs: 5 });
  kulti.live();
  kulti.think("t");
  kulti.think("t2", "reasoning", { file: "a.ts" });
  kulti.reason("r");
  kulti.decide("d");
  kulti.observe("o");
  kulti.evaluate("e", ["a", "b"], "b");
  kulti.context("c", "a.ts");
  kulti.tool("grep x", "grep");
  kulti.prompt("p", "image");
  kulti.code("a.ts", "1");
  kulti.code("a.ts", "2", "edit");
  kulti.code("a.ts", "", "delete");
  kulti.status("working");
  kulti.task("T");
  kulti.preview("https://example.com/");
  kulti.terminal("out\n");
  expect(kulti.pending).toBeGreaterThan(0);
  expect(await kulti.close()).toEqual({ drained: true, pending: 0 });
  const session = run.server.batches[0]?.start_session;
  expect([kulti.sessionId, kulti.pending]).toEqual([session, 0]);
  expect(run.server.events.map(({ data }) => data)).toEqual([
    { status: "live" },
    { thought_type: "general", content: "t" },
    { thought_type: "reasoning", content: "t2", metadata: { file: "a.ts" } },
    { thought_type: "reasoning", content: "r" },
    { thought_type: "decision", content: "d" },
    { thought_type: "observation", content: "o" },
    { thought_type: "evaluation", content: "e", metadata: { options: ["a", "b"], chosen: "b" } },
    { thought_type: "context", content: "c", metadata: { file: "a.ts" } },
    { thought_type: "tool", content: "grep x", metadata: { tool: "grep" } },
    { thought_type: "prompt", content: "p", metadata: { prompt_for: "image" } },
    { filename: "a.ts", action: "write", content: "1" },
    { filename: "a.ts", action: "edit", content: "2" },
    { filename: "a.ts", action: "delete" },
    { status: "working" },
    { title: "T" },
    { url: "https://example.com/" },
    { stream: "stdout", text: "out\n" },
  ]);
});

test("Kulti never throws, whatever untyped code passes", async () => {
  const warnings: string[] = [];
  const onProblem = ({ code }: { code: string }) => void warnings.push(code);
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const kulti = new Kulti(undefined as unknown as string, { onProblem });
  kulti.think(cyclic as unknown as string, 7 as never, cyclic);
  kulti.evaluate(null as unknown as string);
  kulti.code(undefined as unknown as string);
  await kulti.close();
  expect(warnings).toEqual(["not_configured"]);
});
