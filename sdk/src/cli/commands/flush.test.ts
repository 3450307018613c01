import { expect, test } from "vitest";
import { commandHome } from "../../../test/command-home.ts";

const at = commandHome();

const down = { kind: "status", status: 502 } as const;

test("a verb keeps its event while the server is down, and flush sends it", {
  timeout: 30_000,
}, async () => {
  at.server.judge = () => down;
  at.server.isHealthy = false;
  const kept = await at.run(["think", "for later"]);
  expect([kept.code, kept.stderr]).toEqual([75, expect.stringContaining("`kulti flush` sends")]);
  expect(at.server.events).toEqual([]);
  at.server.judge = () => null;
  at.server.isHealthy = true;
  const { code, stdout } = await at.run(["flush", "--json"]);
  expect([code, JSON.parse(stdout)]).toEqual([0, { events: 1, sessions: 1, complete: true }]);
  expect(at.server.events.map(({ data }) => data)).toMatchObject([{ content: "for later" }]);
  const again = await at.run(["flush", "--json"]);
  expect(JSON.parse(again.stdout)).toEqual({ events: 0, sessions: 0, complete: true });
});

test("panic deletes what was kept", { timeout: 30_000 }, async () => {
  at.server.judge = () => down;
  at.server.isHealthy = false;
  await at.run(["think", "never mind"]);
  const { code, stdout } = await at.run(["panic", "--json"]);
  expect([code, JSON.parse(stdout)]).toEqual([0, { agent_id: "ada", files: 1 }]);
  at.server.judge = () => null;
  at.server.isHealthy = true;
  await at.run(["flush"]);
  await at.run(["think", "goes on"]);
  expect(at.server.events.map(({ data }) => data)).toMatchObject([{ content: "goes on" }]);
});
