import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { RealtimeLimits } from "./index.ts";
import { CallWindow } from "./limits.ts";
import {
  allowReading,
  joined,
  listen,
  startProject,
  type TestProject,
  type TestServer,
  until,
  wsUrl,
} from "./test-project.ts";

let project: TestProject;
let server: TestServer | undefined;

beforeAll(async () => {
  project = await startProject();
  await allowReading(project.sql);
});
afterEach(() => server?.close());
afterAll(() => project?.stop());

const start = async (limits: Partial<RealtimeLimits>) => {
  server = await project.start({ rateTickMs: 100, ...limits });
  return server;
};

test("every delivered copy counts; over the rate a channel that is reached is closed", async () => {
  const { client, log } = await start({ messagesPerSecond: 50 });
  const viewers = [1, 2, 3, 4].map(() => listen(client(), "open:1", { private: true }));
  await Promise.all(viewers.map(joined));
  const send = () => project.sql`
    select realtime.send('{}', 'news', 'open:1', true) from generate_series(1, 20)`;
  await send();
  await until(() => log.some((line) => line.startsWith("MessagePerSecondRateLimitReached")));
  // From the database nothing comes through any more, only a line in the log.
  await send();
  await until(() => log.includes("UnableToBroadcastChanges: too_many_requests"));
  // How many of the first twenty came before the rate was counted is a matter of time; each viewer got the same.
  const counts = viewers.map((viewer) => viewer.broadcasts.length);
  expect(new Set(counts).size).toBe(1);
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[0]).toBeLessThanOrEqual(20);
  const sender = await joined(listen(client(), "open:2", { broadcast: { self: true } }));
  await until(() => {
    if (sender.statuses.includes("CLOSED")) return true;
    void sender.channel.send({ type: "broadcast", event: "said", payload: {} });
    return false;
  });
  expect(sender.system.at(-1)).toMatchObject({
    status: "error",
    message: "Too many messages per second",
  });
});

test("http broadcasts are refused over the rate", async () => {
  const { client } = await start({ messagesPerSecond: 5 });
  const channel = client().channel("open:1");
  const send = () =>
    channel.httpSend("said", {}).then(
      () => "sent",
      (error) => error.message,
    );
  const answers: string[] = [];
  while (!answers.includes("Too many requests")) answers.push(await send());
  expect(answers[0]).toBe("sent");
});

test("more channels than one client may have are refused, the others stay", async () => {
  const { client } = await start({ channelsPerClient: 2 });
  const one = client();
  const first = await joined(listen(one, "a"));
  await joined(listen(one, "b"));
  const third = listen(one, "c");
  await until(() => third.statuses.length > 0);
  expect(third.statuses[0]).toBe("CHANNEL_ERROR ChannelRateLimitReached: Too many channels");
  expect(first.channel.state).toBe("joined");
});

test("a socket that joins thousands of channels gets one hundred, and others are still served", async () => {
  const running = await start({ joinErrorDelayMs: 1 });
  const socket = new WebSocket(wsUrl(running, project.keys.publishable_key));
  await new Promise((resolve) => socket.once("open", resolve));
  const answers = { ok: 0, error: 0 };
  socket.on("message", (data) => {
    const [, , , event, payload] = JSON.parse(String(data));
    if (event === "phx_reply") answers[payload.status as "ok" | "error"] += 1;
  });
  for (let n = 0; n < 3000; n++) {
    socket.send(JSON.stringify([`${n}`, `${n}`, `realtime:many ${n}`, "phx_join", { config: {} }]));
  }
  const beganAt = performance.now();
  await joined(listen(running.client(), "other"));
  expect(performance.now() - beganAt).toBeLessThan(5_000);
  await until(() => answers.ok + answers.error >= 300);
  expect(answers.ok).toBe(100);
  socket.terminate();
});

test("more users than allowed get no connection, until one has left", async () => {
  const { client } = await start({ concurrentUsers: 1 });
  const first = client();
  await joined(listen(first, "a"));
  const waiting = listen(client({ reconnectAfterMs: () => 50 }), "a");
  await until(() => waiting.statuses.some((status) => status.startsWith("CHANNEL_ERROR")));
  await first.realtime.disconnect();
  await joined(waiting);
});

test("over the join rate the socket is disconnected", async () => {
  const { client, log } = await start({ joinsPerSecond: 2 });
  const one = client();
  let refused = false;
  for (let n = 0; !refused && n < 200; n++) {
    const heard = listen(one, `join ${n}`);
    await until(() => heard.statuses.length > 0);
    refused = !heard.statuses.includes("SUBSCRIBED");
    if (refused) expect(heard.statuses[0]).toContain("Too many joins per second");
  }
  expect(refused).toBe(true);
  expect(log).toContain("ClientJoinRateLimitReached: Too many joins per second");
});

test("a payload over the limit is refused to a sender who asks for an acknowledgement", async () => {
  const { client } = await start({ payloadBytes: 1000 });
  const sender = await joined(listen(client(), "open:1", { broadcast: { ack: true, self: true } }));
  const payload = { text: "x".repeat(2000) };
  expect(await sender.channel.send({ type: "broadcast", event: "said", payload })).toBe("error");
  await project.sql`
    select realtime.send(${JSON.stringify(payload)}::text::jsonb, 'news', 'open:1', false)`;
  expect(await sender.channel.send({ type: "broadcast", event: "ok", payload: {} })).toBe("ok");
  await until(() => sender.broadcasts.length === 1);
  await expect(sender.channel.httpSend("said", payload)).rejects.toThrow();
});

test("too many presence calls close the channel", async () => {
  const { client } = await start({ presenceCalls: 2 });
  const heard = await joined(listen(client(), "a", { presence: { key: "me" } }));
  for (const n of [1, 2, 3]) void heard.channel.track({ n });
  await until(() => heard.statuses.includes("CLOSED"));
  expect(heard.system.at(-1)?.message).toBe("Client presence rate limit exceeded");
});

test("a receiver that does not read is dropped, the others are served", async () => {
  const running = await start({ sendBufferBytes: 1_000_000 });
  const socket = new WebSocket(wsUrl(running, project.keys.publishable_key));
  await new Promise((resolve) => socket.once("open", resolve));
  const config = { private: false };
  socket.send(JSON.stringify(["1", "1", "realtime:flood", "phx_join", { config }]));
  await new Promise((resolve) => socket.once("message", resolve));
  socket.pause();
  const reader = await joined(listen(running.client(), "flood"));
  for (let n = 1; n <= 40; n++) {
    await project.sql`
      select realtime.send(jsonb_build_object('text', repeat('x', 500000)), 'n', 'flood', false)`;
    await until(() => reader.broadcasts.length === n);
  }
  expect(running.log.filter((line) => line.startsWith("SlowReceiver"))).toHaveLength(1);
  socket.terminate();
});

test("a silent socket is closed with 1000, one that never joins is dropped", async () => {
  const closed = async (limits: Partial<RealtimeLimits>) => {
    const running = await start(limits);
    const socket = new WebSocket(wsUrl(running, project.keys.publishable_key));
    const code = await new Promise((resolve) => socket.once("close", resolve));
    await running.close();
    return code;
  };
  expect(await closed({ idleMs: 200 })).toBe(1000);
  expect(await closed({ idleMs: 1000, noChannelMs: 200 })).toBe(1006);
});

test("CallWindow allows so many calls in a window", () => {
  const calls = new CallWindow(2, 1000);
  expect([calls.allow(0.5), calls.allow(10), calls.allow(20)]).toEqual([true, true, false]);
  expect(calls.allow(1100)).toBe(true);
});
