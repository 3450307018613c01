/** For the tests of one file: the bundled command, and for each test a server and a user's home. */
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { bundleBin, type Finished, type Home, kulti, makeHome } from "./command.ts";
import { startTestServer, type TestServer } from "./server.ts";

/** Begun anew for each test. */
export interface CommandHome {
  server: TestServer;
  home: Home;
  run(args: string[], options?: Parameters<typeof kulti>[2]): Promise<Finished>;
}

/** `env` for the server's address is what the user's shell sets; by default an agent and its key. */
export function commandHome(
  env: (server: TestServer) => Record<string, string> = ({ url }) => ({
    KULTI_SERVER: url,
    KULTI_AGENT_ID: "ada",
    KULTI_API_KEY: "klt_ada",
  }),
): CommandHome {
  // Each test starts processes, and the machine may be busy.
  vi.setConfig({ testTimeout: 30_000 });
  let bundle: Awaited<ReturnType<typeof bundleBin>>;
  const context = {
    run: (args, options) => kulti(context.home, args, options),
  } as CommandHome;
  beforeAll(async () => {
    bundle = await bundleBin();
  });
  afterAll(() => bundle.remove());
  beforeEach(async () => {
    context.server = await startTestServer();
    context.home = makeHome(bundle.bin, env(context.server));
  });
  afterEach(async () => {
    context.home.remove();
    await context.server.close();
  });
  return context;
}
