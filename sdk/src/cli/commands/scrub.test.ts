import { expect, test } from "vitest";
import { commandHome } from "../../../test/command-home.ts";
import { sessionId } from "../../../test/server.ts";

const at = commandHome();

test("scrub sends the text of its argument or of stdin, and never prints it", async () => {
  await at.run(["think", "hunter2 x, and hunter2 x"]);
  const given = await at.run(["scrub", sessionId, "hunter2 x"]);
  const piped = await at.run(["scrub", sessionId, "--json"], { input: "hunter2 x\n" });
  for (const { code, stdout, stderr } of [given, piped]) {
    expect([code, (stdout + stderr).includes("hunter2")]).toEqual([0, false]);
  }
  expect(given.stderr).toContain("1 events and 0 chat lines");
  expect(JSON.parse(piped.stdout)).toEqual({ session_id: sessionId, events: 0, messages: 0 });
  expect(at.server.events[0]?.data).toMatchObject({ content: "[removed], and [removed]" });
  const sent = at.server.requests.slice(-2).map(({ path, body }) => [path, body]);
  const request = ["/functions/v1/agents/scrub", { session_id: sessionId, text: "hunter2 x" }];
  expect(sent).toEqual([request, request]);
});

test("scrub names a refusal of the server, and a session that is none", async () => {
  const error = { code: "session_not_found", message: "Cannot remove the text: no such session." };
  at.server.faults = [{ kind: "status", status: 404, body: { error } }];
  const refused = await at.run(["scrub", sessionId, "hunter2"]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(error.message)]);
  const wrong = await at.run(["scrub", "nonsense", "hunter2"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("is not a session id")]);
});
