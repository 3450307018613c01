import { expect, test } from "vitest";
import { agentOf } from "./agent-path.ts";

test("agentOf reads the agent from every spelling of the path", () => {
  expect(
    ["/agents/ada", "/agents/ada/", "/agents/a%20b", "/agents/%E0", "/agents/"].map(agentOf),
  ).toEqual(["ada", "ada", "a b", "%E0", null]);
});
