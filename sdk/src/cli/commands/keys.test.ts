import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandHome } from "../../../test/command-home.ts";
import { startTestServer } from "../../../test/server.ts";

const at = commandHome(({ url }) => ({ KULTI_SERVER: url }));

const config = (): string =>
  readFileSync(join(at.home.folder, ".config/kulti/config.json"), "utf8");

test("login saves a key that the server knows, never prints it, and logout forgets it", {
  timeout: 30_000,
}, async () => {
  const { code, stdout, stderr } = await at.run(["login", "--json"], { input: "klt_night\n" });
  expect([code, JSON.parse(stdout)]).toEqual([0, { agent_id: "night", server: at.server.url }]);
  expect(stderr).not.toContain("klt_night");
  expect(config()).toContain("klt_night");
  const thought = await at.run(["think", "by the saved key"]);
  expect([thought.code, at.server.batches[0]?.agent_id]).toEqual([0, "night"]);
  expect((await at.run(["logout"])).code).toBe(0);
  expect(config()).not.toContain("klt_night");
});

test("login refuses a text that is no key, and a key that the server does not know", async () => {
  const odd = await at.run(["login"], { input: "hunter2" });
  expect([odd.code, odd.stderr]).toEqual([
    2,
    expect.stringContaining("give a key, klt_…, on stdin"),
  ]);
  at.server.forgottenKeys.add("klt_night");
  const unknown = await at.run(["login"], { input: "klt_night" });
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("No such key.")]);
});

test("open prints the address of the stage", async () => {
  at.home.env = { ...at.home.env, KULTI_SITE_URL: "https://kulti.example/", PATH: "" };
  const { code, stdout } = await at.run(["open", "night-owl"]);
  expect([code, stdout]).toEqual([0, "https://kulti.example/watch/night-owl\n"]);
});

test("doctor names what is wrong, with what to do", { timeout: 30_000 }, async () => {
  await at.server.close();
  const { code, stdout } = await at.run(["doctor", "--json"]);
  const checks = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(1);
  expect(checks.map(({ check, ok }) => [check, ok])).toEqual([
    ["server", false],
    ["spool", true],
    ["redaction", true],
  ]);
  expect(checks[0].detail).toContain("Is Kulti running there?");
  at.server = await startTestServer();
});
