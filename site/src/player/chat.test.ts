import { KultiApiError, type ViewerMessage } from "kulti/watch";
import { expect, test } from "vitest";
import { create_chat } from "./chat.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function chat_with(post_message: (message: ViewerMessage) => Promise<never>) {
  return create_chat({ api: { post_message }, session_id: "s", viewer_id: "v" });
}

test("say shows the line at once and sends it with its id", async () => {
  const sent: ViewerMessage[] = [];
  const chat = chat_with(async (message) => {
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

test("a refused line stays with its reason, and retry sends the same id again", async () => {
  const ids: string[] = [];
  const chat = chat_with(async ({ id }) => {
    ids.push(id);
    if (ids.length === 1) throw new KultiApiError(429, "rate_limited", "Slow down.");
    return undefined as never;
  });
  chat.say("Grace", "hello");
  await settled();
  const [failed] = chat.outgoing.get();
  expect(failed).toMatchObject({ state: "failed", reason: expect.stringContaining("too quick") });
  chat.retry(failed?.id ?? "");
  await settled();
  expect(chat.outgoing.get()).toMatchObject([{ state: "sent", reason: null }]);
  expect(ids[0]).toBe(ids[1]);
});

test("lines are sent one after the other, in the order in which they were said", async () => {
  const sent: string[] = [];
  let under_way = 0;
  const chat = chat_with(async ({ text }) => {
    under_way += 1;
    expect(under_way).toBe(1);
    await settled();
    sent.push(text);
    under_way -= 1;
    return undefined as never;
  });
  for (const text of ["one", "two", "three"]) chat.say("Grace", text);
  await expect.poll(() => sent).toEqual(["one", "two", "three"]);
});

test("discard takes the line away", async () => {
  const chat = chat_with(async () => {
    throw new Error("broken");
  });
  chat.say("Grace", "hello");
  await settled();
  chat.discard(chat.outgoing.get()[0]?.id ?? "");
  expect(chat.outgoing.get()).toEqual([]);
});
