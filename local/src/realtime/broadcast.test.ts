import { describe, expect, test } from "vitest";
import { joined, listen, runningProject, until } from "./test-project.ts";

const { project, server } = await runningProject();

describe.each(["1.0.0", "2.0.0"])("protocol %s", (vsn) => {
  test("a client's broadcast reaches the others, and itself if it asks for it", async () => {
    const self = { broadcast: { self: true, ack: true } };
    const sender = await joined(listen(server.client({ vsn }), "room", self));
    const same = await joined(listen(server.client({ vsn }), "room"));
    const otherVersion = vsn === "1.0.0" ? "2.0.0" : "1.0.0";
    const other = await joined(listen(server.client({ vsn: otherVersion }), "room"));
    const payload = { text: 'Zoë said: "hi" 👋' };
    expect(await sender.channel.send({ type: "broadcast", event: "said", payload })).toBe("ok");
    for (const heard of [sender, same, other]) {
      await until(() => heard.broadcasts.length === 1);
      expect(heard.broadcasts[0]).toEqual({ type: "broadcast", event: "said", payload });
    }
    expect(await same.channel.send({ type: "broadcast", event: "back", payload: {} })).toBe("ok");
    await until(() => other.broadcasts.length === 2 && sender.broadcasts.length === 2);
    expect(same.broadcasts).toHaveLength(1);
  });

  test("a broadcast from the database arrives with its payload unchanged", async () => {
    const heard = await joined(listen(server.client({ vsn }), "numbers"));
    const payload = { id: "own", text: 'tab\t, quote ", ünï, 👋', deep: { list: [1, null, 2.5] } };
    await project.sql`
      select realtime.send(${JSON.stringify(payload)}::text::jsonb, 'n', 'numbers', false)`;
    await until(() => heard.broadcasts.length === 1);
    expect(heard.broadcasts[0]?.payload).toEqual(payload);
  });

  test("presence: track, sync, untrack and leaving", async () => {
    const key = (name: string) => ({ presence: { key: name, enabled: true } });
    const ada = await joined(listen(server.client({ vsn }), `here ${vsn}`, key("ada")));
    const bob = await joined(listen(server.client({ vsn }), `here ${vsn}`, key("bob")));
    expect(await ada.channel.track({ at: 1 })).toBe("ok");
    await until(() => bob.channel.presenceState().ada);
    expect(bob.channel.presenceState().ada).toMatchObject([{ at: 1 }]);
    await bob.channel.track({ at: 2 });
    await bob.channel.track({ at: 3 });
    const eve = await joined(listen(server.client({ vsn }), `here ${vsn}`, key("eve")));
    await until(() => Object.keys(eve.channel.presenceState()).length === 2);
    expect(eve.channel.presenceState().bob).toMatchObject([{ at: 3 }]);
    await ada.channel.untrack();
    await until(() => !("ada" in eve.channel.presenceState()));
    await bob.channel.unsubscribe();
    await until(() => !("bob" in eve.channel.presenceState()));
  });
});

test("leaving ends the channel; the topic can be joined again", async () => {
  const client = server.client();
  const heard = await joined(listen(client, "again"));
  expect(await client.removeChannel(heard.channel)).toBe("ok");
  expect(heard.statuses.at(-1)).toBe("CLOSED");
  const second = await joined(listen(client, "again"));
  const sender = await joined(listen(server.client(), "again"));
  await sender.channel.send({ type: "broadcast", event: "said", payload: {} });
  await until(() => second.broadcasts.length === 1);
  expect(heard.broadcasts).toEqual([]);
});

test("httpSend reaches a public channel, and a private one only if a policy allows it", async () => {
  const everyone = await joined(listen(server.client(), "open:http"));
  const secret = await joined(listen(server.client(), "open:http", { private: true }));
  const toAll = server.client().channel("open:http");
  expect(await toAll.httpSend("said", { n: 1 })).toEqual({ success: true });
  await until(() => everyone.broadcasts.length === 1);
  expect(everyone.broadcasts[0]).toEqual({ type: "broadcast", event: "said", payload: { n: 1 } });

  const privateChannel = { config: { private: true } };
  const anon = server.client().channel("open:http", privateChannel);
  await expect(anon.httpSend("said", { n: 2 })).rejects.toThrow("Unauthorized");
  const service = server.client({}, project.keys.secret_key).channel("open:http", privateChannel);
  expect(await service.httpSend("said", { n: 3 })).toEqual({ success: true });
  await until(() => secret.broadcasts.length === 1);
  expect(secret.broadcasts[0]).toMatchObject({ event: "said", payload: { n: 3 } });
  expect(everyone.broadcasts).toHaveLength(1);
});

test("a batch is accepted without the messages that it may not send to private topics", async () => {
  const everyone = await joined(listen(server.client(), "open:batch"));
  const secret = await joined(listen(server.client(), "open:batch", { private: true }));
  const post = (body: unknown, apikey = project.keys.publishable_key) =>
    fetch(`${server.url}/realtime/v1/api/broadcast`, {
      method: "POST",
      headers: { apikey, "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const message = { topic: "open:batch", event: "said", payload: { n: 1 } };
  const both = { messages: [message, { ...message, private: true }] };
  expect((await post(both)).status).toBe(202);
  await until(() => everyone.broadcasts.length === 1);
  expect((await post(both, project.keys.secret_key)).status).toBe(202);
  await until(() => secret.broadcasts.length === 1 && everyone.broadcasts.length === 2);

  const wrong = await post({ messages: [message, { topic: "", event: 1 }] });
  expect(wrong.status).toBe(422);
  expect(await wrong.json()).toEqual({
    errors: {
      messages: [
        {},
        { topic: ["can't be blank"], event: ["is invalid"], payload: ["can't be blank"] },
      ],
    },
  });
  expect((await post("{")).status).toBe(400);
  expect((await post({})).status).toBe(422);
});

test("a binary payload passes both ways", async () => {
  const sender = await joined(listen(server.client(), "bytes"));
  const heard = await joined(listen(server.client(), "bytes"));
  const bytes = new Uint8Array([0, 255, 1]);
  await sender.channel.send({ type: "broadcast", event: "b", payload: bytes.buffer });
  await project.sql`select realtime.send_binary(${Buffer.from(bytes)}, 'b', 'bytes', false)`;
  await until(() => heard.broadcasts.length === 2);
  for (const { payload } of heard.broadcasts) {
    expect(new Uint8Array(payload as unknown as ArrayBuffer)).toEqual(bytes);
  }
});

test("postgresChanges are refused in a system message that names the difference", async () => {
  const channel = server.client().channel("changes");
  const system: { extension: string; status: string; message: string }[] = [];
  channel
    .on("system", {}, (message) => system.push(message))
    .on("postgres_changes", { event: "*", schema: "public" }, () => {})
    .subscribe();
  await until(() => system.length === 1);
  expect(system[0]).toMatchObject({ extension: "postgres_changes", status: "error" });
  expect(system[0]?.message).toContain("has no postgres_changes, unlike Supabase's");
});
