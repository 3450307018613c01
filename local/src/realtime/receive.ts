/** Handles a client's messages on a joined channel, except joins and leaves. */
import { AuthorizeError, mayWrite, type Policies, readPolicies } from "./authorize.ts";
import type { Channel } from "./channel.ts";
import { renewToken } from "./renew-token.ts";
import { type Broadcast, type ClientMessage, isMap } from "./serializer.ts";

/** Returns a promise only if it needs the database, so the rest stays in one turn. */
export function receive(channel: Channel, message: ClientMessage): void | Promise<void> {
  const { event, payload } = message;
  if (event === "broadcast") return receiveBroadcast(channel, message);
  if (event === "presence") return receivePresence(channel, message);
  if (event === "access_token" && isMap(payload)) return renewToken(channel, payload.access_token);
  channel.context.messages.add();
}

/** Drops forbidden messages silently, even if the client wants an acknowledgement. */
function receiveBroadcast(channel: Channel, message: ClientMessage): void | Promise<void> {
  const { policies } = channel;
  if (!policies || policies.broadcast.write === true) return broadcast(channel, message);
  if (policies.broadcast.write === false) return;
  return lookUpWrite(channel, policies).then((known) => {
    if (known && policies.broadcast.write) broadcast(channel, message);
  });
}

function broadcast(channel: Channel, message: ClientMessage) {
  if (channel.closed) return;
  const { context, config, peer, name } = channel;
  const content = contentOf(message);
  if (!content) return peer.failChannel(channel);
  context.messages.add();
  const fits = sizeOf(content) <= context.limits.payloadBytes;
  if (fits) context.hub.broadcast(name, config.private, content, config.self ? undefined : channel);
  if (!config.ack || channel.closed) return;
  if (fits) peer.reply(message, "ok", {});
  else peer.reply(message, "error", "payload_size_exceeded");
}

function contentOf({ broadcast, payload }: ClientMessage): Broadcast | null {
  return broadcast ?? (isMap(payload) ? { payload } : null);
}

function sizeOf(content: Broadcast): number {
  if ("body" in content) return content.body.length;
  return Buffer.byteLength(JSON.stringify(content.payload));
}

async function receivePresence(channel: Channel, message: ClientMessage) {
  const { context, config, peer, name } = channel;
  const { payload } = message;
  if (!isMap(payload) || typeof payload.event !== "string") return peer.reply(message, "ok", {});
  if (!channel.presenceCalls.allow()) {
    return channel.shutdown("Client presence rate limit exceeded");
  }
  const event = payload.event.toLowerCase();
  if (event === "untrack") {
    context.hub.untrack(name, config.private, channel);
    return peer.reply(message, "ok", {});
  }
  const allowed = event === "track" && (await mayTrack(channel));
  if (channel.closed) return;
  if (allowed) track(channel, message, payload.payload ?? {});
  else peer.reply(message, "error", {});
}

function track(channel: Channel, message: ClientMessage, meta: unknown) {
  const { context, config, peer, name } = channel;
  if (!isMap(meta)) {
    const reason = "Presence track payload must be a map";
    return peer.reply(message, "error", { reason });
  }
  if (sizeOf({ payload: meta }) > context.limits.payloadBytes) {
    return channel.shutdown("Track message size exceeded");
  }
  if (context.presenceMessages.exceeded) {
    return channel.shutdown("Too many presence messages per second");
  }
  context.presenceMessages.add();
  context.hub.track(name, config.private, channel, config.presenceKey, meta);
  peer.reply(message, "ok", {});
}

async function mayTrack(channel: Channel): Promise<boolean> {
  const { policies } = channel;
  if (!policies) return true;
  if (policies.presence.write !== undefined) return policies.presence.write;
  return (await lookUpWrite(channel, policies)) && policies.presence.write === true;
}

/** False if the check failed. */
async function lookUpWrite(channel: Channel, policies: Policies): Promise<boolean> {
  const { asker } = channel;
  const { lanes, log } = channel.context;
  try {
    policies.broadcast.write = await mayWrite(lanes, asker, "broadcast");
    policies.presence.write = await mayWrite(lanes, asker, "presence");
    policies.presence.read ??= (await readPolicies(lanes, asker, true)).presence.read === true;
    return true;
  } catch (error) {
    if (!(error instanceof AuthorizeError)) throw error;
    log(`UnableToSetPolicies: ${error.message}`);
    return false;
  }
}
