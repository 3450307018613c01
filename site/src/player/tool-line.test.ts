import type { Thought } from "@kulti/protocol";
import { expect, test } from "vitest";
import { tool_line } from "./tool-line.ts";

const thought = (content: string, metadata: object = {}, thought_type = "tool"): Thought =>
  ({ content, metadata, thought_type }) as Thought;

test("tool_line says the tool's name once", () => {
  expect(tool_line(thought("Read src/a.ts", { tool: "Read" }))).toMatchObject({
    tool: "Read",
    text: "src/a.ts",
  });
  expect(tool_line(thought("Edit src/a.ts", { tool: "edit" })).text).toBe("src/a.ts");
  expect(tool_line(thought("Reading a.ts", { tool: "Read" })).text).toBe("Reading a.ts");
  expect(tool_line(thought("pytest -q", { tool: "Bash" })).text).toBe("pytest -q");
});

test("tool_line takes the first line, and the outcome where it is told", () => {
  const line = tool_line(
    thought("make\nlong output", { tool: "Bash", exit_code: 2, duration_ms: 1_240 }),
  );
  expect(line).toEqual({ tool: "Bash", text: "make", outcome: "exit 2 · 1.2 s" });
  expect(tool_line(thought("a detail", { tool: 5 }, "general"))).toEqual({
    tool: null,
    text: "a detail",
    outcome: null,
  });
});
