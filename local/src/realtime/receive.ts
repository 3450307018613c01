/** What a client sends on a channel it has joined, except joins and leaves. */
import { AuthorizeError, may_write, type Policies, read_policies } from "./authorize.ts";
import type { Channel } from "./channel.ts";
import { renew_token } from "./renew-token.ts";
import { type Broadcast, type ClientMessage, is_map } from "./serializer.ts";

/** Returns a promise only when it has to ask the database, so that the rest stays in one turn. */
export function receive(channel: Channel, message: ClientMessage): void | Promise<void> {
  const { event, payload } = message;
  if (event === "broadcast") return receive_broadcast(channel, message);
  if (event === "presence") return receive_presence(channel, message);
  if (event === "access_token" && is_map(payload))
    return renew_token(channel, payload.access_token);
  channel.context.messages.add();
}

/** What may not be sent is dropped without a word, also when an acknowledgement is asked for. */
function receive_broadcast(channel: Channel, message: ClientMessage): void | Promise<void> {
  const { policies } = channel;
  if (!policies || policies.broadcast.write === true) return broadcast(channel, message);
  if (policies.broadcast.write === false) return;
  return look_up_write(channel, policies).then((known) => {
    if (known && policies.broadcast.write) broadcast(channel, message);
  });
}

function broadcast(channel: Channel, message: ClientMessage) {
  if (channel.closed) return;
  const { context, config, peer, name } = channel;
  const content = content_of(message);
  if (!content) return peer.fail_channel(channel);
  context.messages.add();
  const fits = size_of(content) <= context.limits.payload_bytes;
  if (fits) context.hub.broadcast(name, config.private, content, config.self ? undefined : channel);
  if (!config.ack || channel.closed) return;
  if (fits) peer.reply(message, "ok", {});
  else peer.reply(message, "error", "payload_size_exceeded");
}

function content_of({ broadcast, payload }: ClientMessage): Broadcast | null {
  return broadcast ?? (is_map(payload) ? { payload } : null);
}

function size_of(content: Broadcast): number {
  if ("body" in content) return content.body.length;
  return Buffer.byteLength(JSON.stringify(content.payload));
}

async function receive_presence(channel: Channel, message: ClientMessage) {
  const { context, config, peer, name } = channel;
  const { payload } = message;
  if (!is_map(payload) || typeof payload.event !== "string") return peer.reply(message, "ok", {});
  if (!channel.presence_calls.allow()) {
    return channel.shutdown("Client presence rate limit exceeded");
  }
  const event = payload.event.toLowerCase();
  if (event === "untrack") {
    context.hub.untrack(name, config.private, channel);
    return peer.reply(message, "ok", {});
  }
  const allowed = event === "track" && (await may_track(channel));
  if (channel.closed) return;
  if (allowed) track(channel, message, payload.payload ?? {});
  else peer.reply(message, "error", {});
}

function track(channel: Channel, message: ClientMessage, meta: unknown) {
  const { context, config, peer, name } = channel;
  if (!is_map(meta)) {
    const reason = "Presence track payload must be a map";
    return peer.reply(message, "error", { reason });
  }
  if (size_of({ payload: meta }) > context.limits.payload_bytes) {
    return channel.shutdown("Track message size exceeded");
  }
  if (context.presence_messages.exceeded) {
    return channel.shutdown("Too many presence messages per second");
  }
  context.presence_messages.add();
  context.hub.track(name, config.private, channel, config.presence_key, meta);
  peer.reply(message, "ok", {});
}

async function may_track(channel: Channel): Promise<boolean> {
  const { policies } = channel;
  if (!policies) return true;
  if (policies.presence.write !== undefined) return policies.presence.write;
  return (await look_up_write(channel, policies)) && policies.presence.write === true;
}

/** False when it could not be found out. */
async function look_up_write(channel: Channel, policies: Policies): Promise<boolean> {
  const { asker } = channel;
  const { lanes, log } = channel.context;
  try {
    policies.broadcast.write = await may_write(lanes, asker, "broadcast");
    policies.presence.write = await may_write(lanes, asker, "presence");
    policies.presence.read ??= (await read_policies(lanes, asker, true)).presence.read === true;
    return true;
  } catch (error) {
    if (!(error instanceof AuthorizeError)) throw error;
    log(`UnableToSetPolicies: ${error.message}`);
    return false;
  }
}
