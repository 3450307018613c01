import { expect, test } from "vitest";
import { agent_of } from "./agent-path.ts";

test("agent_of reads the agent from the path, however it is written", () => {
  expect(
    ["/agents/ada", "/agents/ada/", "/agents/a%20b", "/agents/%E0", "/agents/"].map(agent_of),
  ).toEqual(["ada", "ada", "a b", "%E0", null]);
});
