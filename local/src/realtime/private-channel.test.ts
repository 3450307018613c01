import { afterEach, expect, test } from "vitest";
import { joined, listen, runningProject, sign, until } from "./test-project.ts";

const { project, server } = await runningProject();

afterEach(async () => {
  await project.sql`drop policy if exists "write open topics" on realtime.messages`;
  await project.sql`drop policy if exists "read own topic" on realtime.messages`;
});

const isPrivate = { private: true };
const mayNotRead = (topic: string) =>
  `CHANNEL_ERROR Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;

const send = (topic: string, payload: object, toPrivate = true) =>
  project.sql`select realtime.send(${JSON.stringify(payload)}::text::jsonb, 'news', ${topic}, ${toPrivate})`;

const allowWriting = () => project.sql`
  create policy "write open topics" on realtime.messages for insert to anon
  with check (extension = 'broadcast' and (select realtime.topic()) like 'open:%')`;

test("anon joins a private channel that a policy opens and receives what the database sends", async () => {
  const heard = await joined(listen(server.client(), "open:1", isPrivate));
  await send("open:1", { n: 1 });
  await until(() => heard.broadcasts.length === 1);
  const [message] = heard.broadcasts;
  expect(message).toMatchObject({ type: "broadcast", event: "news", payload: { n: 1 } });
  expect(message?.payload.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(message?.meta).toEqual({ id: message?.payload.id });
});

test("a join that no policy allows is refused with the reason, and receives nothing", async () => {
  const client = server.client();
  const heard = listen(client, "closed:1", isPrivate);
  await until(() => heard.statuses.length > 0);
  expect(heard.statuses[0]).toBe(mayNotRead("closed:1"));
  // The same socket hears what is sent later, so it would have heard this.
  const open = await joined(listen(client, "open:1", isPrivate));
  await send("closed:1", { n: 1 });
  await send("open:1", { n: 2 });
  await until(() => open.broadcasts.length === 1);
  expect(heard.broadcasts).toEqual([]);
});

test("a private and a public channel of the same name are two channels", async () => {
  const secret = await joined(listen(server.client(), "open:2", isPrivate));
  const everyone = await joined(listen(server.client(), "open:2"));
  await send("open:2", { to: "private" });
  await send("open:2", { to: "public" }, false);
  await until(() => secret.broadcasts.length + everyone.broadcasts.length === 2);
  expect(secret.broadcasts.map(({ payload }) => payload.to)).toEqual(["private"]);
  expect(everyone.broadcasts.map(({ payload }) => payload.to)).toEqual(["public"]);
});

test("a forbidden message is dropped without an acknowledgement", async () => {
  const config = { private: true, broadcast: { ack: true, self: true } };
  const sender = await joined(listen(server.client({ timeout: 400 }), "open:3", config));
  const other = await joined(listen(server.client(), "open:3", isPrivate));
  const sent = await sender.channel.send({ type: "broadcast", event: "forged", payload: {} });
  expect(sent).toBe("timed out");
  await send("open:3", { n: 1 });
  await until(() => other.broadcasts.length === 1 && sender.broadcasts.length === 1);
  expect(other.broadcasts[0]?.event).toBe("news");
});

test("a message that an insert policy allows is sent and acknowledged", async () => {
  await allowWriting();
  const config = { private: true, broadcast: { ack: true } };
  const sender = await joined(listen(server.client(), "open:4", config));
  const other = await joined(listen(server.client(), "open:4", isPrivate));
  const sent = await sender.channel.send({ type: "broadcast", event: "said", payload: { n: 1 } });
  expect(sent).toBe("ok");
  await until(() => other.broadcasts.length === 1);
  expect(other.broadcasts[0]).toMatchObject({ event: "said", payload: { n: 1 } });
  // The sender hears what is sent later, and did not hear itself before.
  await send("open:4", { n: 2 });
  await until(() => sender.broadcasts.length > 0);
  expect(sender.broadcasts.map(({ payload }) => payload.n)).toEqual([2]);
});

test("probe rows leave nothing in the table", async () => {
  await joined(listen(server.client(), "open:5", isPrivate));
  const rows = await project.sql`select 1 from realtime.messages where topic = 'open:5'`;
  expect(rows).toHaveLength(0);
});

test("policies see the claims of the client's own token", async () => {
  await project.sql`
    create policy "read own topic" on realtime.messages for select to authenticated
    using ((select realtime.topic()) = 'user:' || (select auth.jwt() ->> 'sub'))`;
  const client = server.client();
  await client.realtime.setAuth(await sign(project.keys, { sub: "ada" }));
  await joined(listen(client, "user:ada", isPrivate));
  const other = listen(client, "user:bob", isPrivate);
  await until(() => other.statuses.length > 0);
  expect(other.statuses[0]).toBe(mayNotRead("user:bob"));
});

test("a newer token that may not read closes the channel with the reason", async () => {
  await project.sql`
    create policy "read own topic" on realtime.messages for select to authenticated
    using ((select realtime.topic()) = 'user:' || (select auth.jwt() ->> 'sub'))`;
  const client = server.client();
  await client.realtime.setAuth(await sign(project.keys, { sub: "ada" }));
  const heard = await joined(listen(client, "user:ada", isPrivate));
  await client.realtime.setAuth(await sign(project.keys, { sub: "bob" }));
  await until(() => heard.statuses.includes("CLOSED"));
  expect(heard.system.at(-1)).toMatchObject({
    extension: "system",
    status: "error",
    message: "You do not have permissions to read from this Channel topic: user:ada",
  });
});

test("a token that expires closes its channel", async () => {
  const client = server.client();
  await client.realtime.setAuth(await sign(project.keys, { sub: "ada" }, 2));
  const heard = await joined(listen(client, "open:6", isPrivate));
  await until(() => heard.statuses.includes("CLOSED"));
  expect(heard.system.at(-1)?.message).toMatch(/^Token has expired \d+ seconds ago$/);
});

test("a role that does not exist, a forged and a malformed token are refused", async () => {
  const reason = async (token: string) => {
    const client = server.client();
    await client.realtime.setAuth(token);
    const heard = listen(client, "open:7", isPrivate);
    return until(() => heard.statuses[0]);
  };
  const nobody = await sign(project.keys, { role: "nobody-here" });
  const forged = await sign({ ...project.keys, jwt_secret: "x".repeat(40) }, {});
  const expired = await sign(project.keys, {}, -10);
  expect(await reason(nobody)).toBe(mayNotRead("open:7"));
  expect(await reason(forged)).toContain("JwtSignatureError: Failed to validate JWT signature");
  expect(await reason("garbage")).toContain("MalformedJWT: The token provided is not a valid JWT");
  expect(await reason(expired)).toMatch(/InvalidJWTToken: Token has expired \d+ seconds ago/);
});

test("presence on a private channel needs policies of its own", async () => {
  const key = (name: string) => ({ private: true, presence: { key: name, enabled: true } });
  const denied = await joined(listen(server.client(), "open:here", key("ada")));
  expect(await denied.channel.track({ at: 1 })).toBe("error");
  await project.sql`
    create policy "presence" on realtime.messages for all to anon
    using (extension = 'presence') with check (extension = 'presence')`;
  const ada = await joined(listen(server.client(), "open:here", key("ada")));
  const bob = await joined(listen(server.client(), "open:here", key("bob")));
  expect(await ada.channel.track({ at: 1 })).toBe("ok");
  await until(() => bob.channel.presenceState().ada);
  expect(denied.channel.presenceState()).toEqual({});
  await project.sql`drop policy "presence" on realtime.messages`;
});

test("stored messages are replayed on joining, at most so many, oldest first", async () => {
  for (const n of [1, 2, 3]) await send("open:8", { n });
  const replay = { since: Date.now() - 60_000, limit: 2 };
  const heard = await joined(
    listen(server.client(), "open:8", { private: true, broadcast: { replay } }),
  );
  await until(() => heard.broadcasts.length === 2);
  expect(heard.broadcasts.map(({ payload }) => payload.n)).toEqual([2, 3]);
  expect(heard.broadcasts[0]?.meta).toMatchObject({ replayed: true });
});
