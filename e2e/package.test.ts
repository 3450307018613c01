/** The built package in a browser: the client sends, and the reader hears it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { register } from "./agent.ts";
import { readEvents } from "./request.ts";
import { sharedBrowser } from "./shared-browser.ts";
import { target } from "./target.ts";

const browser = await sharedBrowser();
const sdk = fileURLToPath(new URL("../sdk", import.meta.url));

test("kulti and kulti/watch work in a page of another origin", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register();
  const code = `import { createAgent } from "kulti";
    import { createKultiApi, watchSession } from "kulti/watch";
    const agent = createAgent(${JSON.stringify({ server: target.api_url, agentId, apiKey })});
    agent.think("Hello from a page.");
    await agent.flush();
    const api = createKultiApi(${JSON.stringify({ apiUrl: target.api_url, publishableKey: target.publishable_key })});
    const heard = [];
    const handlers = { messages() {}, head() {}, problem() {}, connection() {},
      events: (batch) => heard.push(...batch) };
    const watch = watchSession({ api, sessionId: agent.sessionId, viewerId: "v-page", handlers });
    agent.think("Live.");
    await agent.flush();
    while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    watch.stop();
    document.title = JSON.stringify([agent.sessionId, heard.map((event) => event.data.content)]);`;
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: sdk, loader: "js" },
    nodePaths: [join(sdk, "../node_modules")],
    bundle: true,
    format: "esm",
    write: false,
    target: "es2022",
  });
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript ? outputFiles[0]?.text : '<script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await expect.poll(() => page.title()).not.toBe("");
  const [sessionId, heard] = JSON.parse(await page.title());
  expect(heard).toEqual(["Hello from a page.", "Live."]);
  expect((await readEvents(sessionId)).map(({ data }) => data.content)).toEqual(heard);
  await page.close();
  server.close();
});
