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
  home = makeHome(bundle.bin, {
    KULTI_SERVER: server.url,
    KULTI_AGENT_ID: "ada",
    KULTI_API_KEY: "klt_ada",
  });
});
afterEach(async () => {
  home.remove();
  await server.close();
});

const down = { kind: "status", status: 502 } as const;

test("a verb keeps its event while the server is down, and flush sends it", {
  timeout: 30_000,
}, async () => {
  server.judge = () => down;
  server.isHealthy = false;
  const kept = await kulti(home, ["think", "for later"]);
  expect([kept.code, kept.stderr]).toEqual([75, expect.stringContaining("`kulti flush` sends")]);
  expect(server.events).toEqual([]);
  server.judge = () => null;
  server.isHealthy = true;
  const { code, stdout } = await kulti(home, ["flush", "--json"]);
  expect([code, JSON.parse(stdout)]).toEqual([0, { events: 1, sessions: 1, complete: true }]);
  expect(server.events.map(({ data }) => data)).toMatchObject([{ content: "for later" }]);
  const again = await kulti(home, ["flush", "--json"]);
  expect(JSON.parse(again.stdout)).toEqual({ events: 0, sessions: 0, complete: true });
});

test("panic deletes what was kept", { timeout: 30_000 }, async () => {
  server.judge = () => down;
  server.isHealthy = false;
  await kulti(home, ["think", "never mind"]);
  const { code, stdout } = await kulti(home, ["panic", "--json"]);
  expect([code, JSON.parse(stdout)]).toEqual([0, { agent_id: "ada", files: 1 }]);
  server.judge = () => null;
  server.isHealthy = true;
  await kulti(home, ["flush"]);
  await kulti(home, ["think", "goes on"]);
  expect(server.events.map(({ data }) => data)).toMatchObject([{ content: "goes on" }]);
});
