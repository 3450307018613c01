/** A viewer's connection state when only one of its two paths to the server works. */
import {
  type ConnectionState,
  createKultiApi,
  type KultiApiOptions,
  watchSession,
} from "kulti/watch";
import { expect, type TestContext, test } from "vitest";
import { register, type TestAgent, thought } from "../agent.ts";
import { target } from "../target.ts";
import { startProxy } from "./proxy.ts";
import { until } from "./run.ts";

/** A live viewer behind a proxy, with its latest connection state and all that it received. */
async function liveViewer(
  agent: TestAgent,
  { onTestFinished }: TestContext,
  limits: Omit<KultiApiOptions, "apiUrl" | "publishableKey"> & { touchMs?: number } = {},
) {
  const { session_id: sessionId } = await agent.post([thought("first")]);
  const proxy = await startProxy(target.api_url);
  const { touchMs = 15_000, ...rest } = limits;
  const { publishable_key: publishableKey } = target;
  const api = createKultiApi({ apiUrl: proxy.url, publishableKey, ...rest });
  const viewer = { word: "connecting" as ConnectionState, seen: 0, proxy };
  const watch = watchSession({
    api,
    sessionId,
    viewerId: crypto.randomUUID(),
    touchMs,
    handlers: {
      events(batch) {
        viewer.seen += batch.length;
      },
      messages() {},
      head() {},
      connection(word) {
        viewer.word = word;
      },
      problem() {},
    },
  });
  onTestFinished(async () => {
    watch.stop();
    await api.realtime.disconnect();
    await proxy.close();
  });
  await until(() => viewer.word === "live");
  return viewer;
}

test.concurrent("a joined channel without frames or answered touches is not called live", async (context) => {
  const agent = await register();
  const viewer = await liveViewer(agent, context, { touchMs: 1_500, silenceMs: 1_000 });
  viewer.proxy.set("hang");
  await until(() => viewer.word !== "live", 6_000);
  // The channel was alive all the time: a frame makes it live again, without any request.
  await agent.post([thought("second")]);
  await until(() => viewer.seen === 2 && viewer.word === "live", 5_000);
  await until(() => viewer.word !== "live", 6_000);
  viewer.proxy.set(null);
  await until(() => viewer.word === "live", 10_000);
});

test.concurrent("a silent channel is replaced within sixteen seconds, and touches bring the events until then", async (context) => {
  const agent = await register();
  const viewer = await liveViewer(agent, context, { touchMs: 2_000 });
  const before = performance.now();
  viewer.proxy.set("silent");
  await agent.post([thought("second")]);
  await until(() => viewer.seen === 2, 6_000);
  await until(() => viewer.word === "reconnecting");
  expect(performance.now() - before).toBeLessThan(16_500);
  viewer.proxy.set(null);
  await until(() => viewer.word === "live", 25_000);
});
