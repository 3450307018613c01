import type { Thought } from "@kulti/protocol";
import { expect, test } from "vitest";
import { toolLine } from "./tool-line.ts";

const thought = (content: string, metadata: object = {}, thoughtType = "tool"): Thought =>
  ({ content, metadata, thought_type: thoughtType }) as Thought;

test("toolLine shows the tool's name once", () => {
  expect(toolLine(thought("Read src/a.ts", { tool: "Read" }))).toMatchObject({
    tool: "Read",
    text: "src/a.ts",
  });
  expect(toolLine(thought("Edit src/a.ts", { tool: "edit" })).text).toBe("src/a.ts");
  expect(toolLine(thought("Reading a.ts", { tool: "Read" })).text).toBe("Reading a.ts");
  expect(toolLine(thought("pytest -q", { tool: "Bash" })).text).toBe("pytest -q");
});

test("toolLine shows the first line, and the outcome if known", () => {
  const line = toolLine(
    thought("make\nlong output", { tool: "Bash", exit_code: 2, duration_ms: 1_240 }),
  );
  expect(line).toEqual({ tool: "Bash", text: "make", outcome: "exit 2 · 1.2 s" });
  expect(toolLine(thought("a detail", { tool: 5 }, "general"))).toEqual({
    tool: null,
    text: "a detail",
    outcome: null,
  });
});
