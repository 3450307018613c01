import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bundleBin, type Home, kulti, makeHome } from "../../../test/command.ts";
import { startTestServer, type TestServer } from "../../../test/server.ts";

let server: TestServer;
let home: Home;
let bundle: Awaited<ReturnType<typeof bundleBin>>;

beforeAll(async () => {
  bundle = await bundleBin();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  server = await startTestServer();
  home = makeHome(bundle.bin, { KULTI_SERVER: server.url });
});
afterEach(async () => {
  home.remove();
  await server.close();
});

const config = (): string => readFileSync(join(home.folder, ".config/kulti/config.json"), "utf8");

test("login saves a key that the server knows, never prints it, and logout forgets it", {
  timeout: 30_000,
}, async () => {
  const { code, stdout, stderr } = await kulti(home, ["login", "--json"], { input: "klt_night\n" });
  expect([code, JSON.parse(stdout)]).toEqual([0, { agent_id: "night", server: server.url }]);
  expect(stderr).not.toContain("klt_night");
  expect(config()).toContain("klt_night");
  const thought = await kulti(home, ["think", "by the saved key"]);
  expect([thought.code, server.batches[0]?.agent_id]).toEqual([0, "night"]);
  expect((await kulti(home, ["logout"])).code).toBe(0);
  expect(config()).not.toContain("klt_night");
});

test("login refuses a text that is no key, and a key that the server does not know", async () => {
  const odd = await kulti(home, ["login"], { input: "hunter2" });
  expect([odd.code, odd.stderr]).toEqual([
    2,
    expect.stringContaining("give a key, klt_…, on stdin"),
  ]);
  server.forgottenKeys.add("klt_night");
  const unknown = await kulti(home, ["login"], { input: "klt_night" });
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("No such key.")]);
});

test("open prints the address of the stage", async () => {
  home.env = { ...home.env, KULTI_SITE_URL: "https://kulti.example/", PATH: "" };
  const { code, stdout } = await kulti(home, ["open", "night-owl"]);
  expect([code, stdout]).toEqual([0, "https://kulti.example/watch/night-owl\n"]);
});

test("doctor names what is wrong, with what to do", { timeout: 30_000 }, async () => {
  await server.close();
  const { code, stdout } = await kulti(home, ["doctor", "--json"]);
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
  server = await startTestServer();
});
