import { KultiApiError, type ViewerMessage } from "kulti/watch";
import { expect, test } from "vitest";
import { createChat } from "./chat.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function chatWith(postMessage: (message: ViewerMessage) => Promise<never>) {
  return createChat({ api: { postMessage }, sessionId: "s", viewerId: "v" });
}

test("say shows the line at once and sends it with its id", async () => {
  const sent: ViewerMessage[] = [];
  const chat = chatWith(async (message) => {
    sent.push(message);
    return undefined as never;
  });
  chat.say("Grace", "hello");
  expect(chat.outgoing.get()).toMatchObject([{ text: "hello", state: "sending" }]);
  await settled();
  expect(chat.outgoing.get()).toMatchObject([{ text: "hello", state: "sent" }]);
  expect(sent).toEqual([
    {
      id: chat.outgoing.get()[0]?.id,
      session_id: "s",
      viewer_id: "v",
      name: "Grace",
      text: "hello",
    },
  ]);
});

test("a refused line stays with its reason, and retry sends it under the same id", async () => {
  const ids: string[] = [];
  const chat = chatWith(async ({ id }) => {
    ids.push(id);
    if (ids.length === 1) throw new KultiApiError(429, "rate_limited", "Slow down.");
    return undefined as never;
  });
  chat.say("Grace", "hello");
  await settled();
  const [failed] = chat.outgoing.get();
  expect(failed).toMatchObject({ state: "failed", reason: expect.stringContaining("too fast") });
  chat.retry(failed?.id ?? "");
  await settled();
  expect(chat.outgoing.get()).toMatchObject([{ state: "sent", reason: null }]);
  expect(ids[0]).toBe(ids[1]);
});

test("say sends lines one at a time, in order", async () => {
  const sent: string[] = [];
  let underWay = 0;
  const chat = chatWith(async ({ text }) => {
    underWay += 1;
    expect(underWay).toBe(1);
    await settled();
    sent.push(text);
    underWay -= 1;
    return undefined as never;
  });
  for (const text of ["one", "two", "three"]) chat.say("Grace", text);
  await expect.poll(() => sent).toEqual(["one", "two", "three"]);
});

test("discard removes the line", async () => {
  const chat = chatWith(async () => {
    throw new Error("broken");
  });
  chat.say("Grace", "hello");
  await settled();
  chat.discard(chat.outgoing.get()[0]?.id ?? "");
  expect(chat.outgoing.get()).toEqual([]);
});
