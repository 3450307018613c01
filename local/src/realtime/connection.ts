/** One client's WebSocket: handles its frames one after the other, and holds its channels. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RawData, WebSocket } from "ws";
import type { Channel } from "./channel.ts";
import type { Context } from "./context.ts";
import { JoinRefused, joinChannel } from "./join.ts";
import type { Peer, PeerChannel, PeerMessage } from "./peer.ts";
import { receive } from "./receive.ts";
import type { ClientMessage, Frame, Ref, Version } from "./serializer.ts";
import * as serializer from "./serializer.ts";

export interface ConnectionOptions {
  context: Context;
  socket: WebSocket;
  version: Version;
  token: string;
  headers: Record<string, string>;
}

export class Connection implements Peer {
  readonly version: Version;
  readonly token: string;
  readonly headers: Record<string, string>;
  closed = false;
  readonly #context: Context;
  readonly #socket: WebSocket;
  readonly #channels = new Map<string, Channel>();
  readonly #inbox: { data: Buffer; binary: boolean }[] = [];
  #busy = false;
  #heardAt = performance.now();
  #withoutChannelSince = performance.now();

  constructor({ context, socket, version, token, headers }: ConnectionOptions) {
    this.version = version;
    this.token = token;
    this.headers = headers;
    this.#context = context;
    this.#socket = socket;
    socket.on("message", (data: RawData, binary: boolean) => {
      this.#heardAt = performance.now();
      this.#inbox.push({ data: data as Buffer, binary });
      if (!this.#busy) void this.#drain();
    });
    socket.on("error", (error) => context.log(`MalformedWebSocketMessage: ${error.message}`));
    socket.on("close", () => this.#dispose());
  }

  channelCount(): number {
    return this.#channels.size;
  }

  /** Drops a client that reads too slowly, so that memory stays bounded and the overload is visible. */
  send({ data, binary }: Frame) {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > this.#context.limits.sendBufferBytes) {
      this.#context.log(`SlowReceiver: ${socket.bufferedAmount} bytes wait to be read, dropped`);
      return socket.terminate();
    }
    socket.send(data, { binary, compress: false });
  }

  push(message: PeerMessage): void {
    this.send(serializer.encodePush(this.version, message));
  }

  reply(
    to: { joinRef: Ref; ref: Ref; topic: unknown },
    status: "ok" | "error",
    response: unknown,
  ): void {
    this.send(serializer.encodeReply(this.version, to, status, response));
  }

  closeChannel(channel: PeerChannel): void {
    if (this.#remove(channel)) this.#pushClose(channel);
  }

  failChannel(channel: PeerChannel): void {
    if (!this.#remove(channel)) return;
    const { topic, joinRef } = channel;
    this.push({ joinRef, ref: joinRef, topic, event: "phx_error", payload: {} });
  }

  /** Stock clients reconnect after a close that they did not ask for. */
  close(code: number): void {
    this.#socket.close(code);
  }

  drop(): void {
    this.#socket.terminate();
  }

  replicationChanged(isOpen: boolean): void {
    for (const channel of this.#channels.values()) channel.replicationChanged(isOpen);
  }

  /** Called at intervals; ends sockets that are silent or have no channel for too long. */
  checkIdle(now = performance.now()) {
    const { idleMs, noChannelMs } = this.#context.limits;
    if (now - this.#heardAt > idleMs && !this.#busy) return this.close(1000);
    if (this.#channels.size > 0) this.#withoutChannelSince = now;
    if (now - this.#withoutChannelSince > noChannelMs) this.drop();
  }

  /** Handles one frame after the other. While one waits for the database, it reads no more from the network. */
  async #drain(): Promise<void> {
    this.#busy = true;
    for (let frame = this.#inbox.shift(); frame && !this.closed; frame = this.#inbox.shift()) {
      try {
        const work = this.#receive(frame);
        if (!work) continue;
        this.#socket.pause();
        await work;
        this.#socket.resume();
      } catch (error) {
        this.#socket.resume();
        this.#context.log(`UnknownErrorOnWebSocketMessage: ${(error as Error).message}`);
      }
    }
    this.#busy = false;
  }

  #receive({ data, binary }: { data: Buffer; binary: boolean }): void | Promise<void> {
    let message: ClientMessage;
    try {
      message = serializer.decode(this.version, data, binary);
    } catch (error) {
      // The real server stays silent here too.
      return this.#context.log(`MalformedWebSocketMessage: ${(error as Error).message}`);
    }
    const { topic, event, joinRef } = message;
    if (topic === "phoenix" && event === "heartbeat") return this.reply(message, "ok", {});
    if (event === "phx_join") return this.#join(message);
    const channel = this.#channels.get(topic as string);
    if (!channel) {
      if (event === "phx_leave") return this.reply(message, "ok", {});
      return this.reply(message, "error", { reason: "unmatched topic" });
    }
    // Meant for an earlier channel of this topic. Version 1 may omit the reference.
    if ((joinRef ?? null) !== null && joinRef !== channel.joinRef) return;
    if (event === "phx_leave") {
      this.reply(message, "ok", {});
      return this.closeChannel(channel);
    }
    return receive(channel, message);
  }

  async #join(message: ClientMessage) {
    const { topic, joinRef = null, payload } = message;
    if (typeof topic !== "string" || !topic.startsWith("realtime:")) {
      return this.reply(message, "error", { reason: "unmatched topic" });
    }
    const former = this.#channels.get(topic);
    if (former) this.#remove(former);
    try {
      const channel = await joinChannel(this.#context, this, { topic, joinRef, payload });
      this.#context.users.add(this);
      this.#channels.set(topic, channel);
      const { postgres_changes: postgresChanges } = channel.config;
      const changes = postgresChanges.map((change, n) => ({ ...change, id: n + 1 }));
      this.reply(message, "ok", { postgres_changes: changes });
      if (former) this.#pushClose(former);
      channel.afterJoin();
    } catch (error) {
      await this.#refuse(message, error as Error);
      if (former) this.#pushClose(former);
    }
  }

  async #refuse(message: ClientMessage, error: Error): Promise<void> {
    if (this.closed) return;
    const refused = error instanceof JoinRefused;
    this.#context.log(refused ? error.message : `UnknownErrorOnChannel: ${error.message}`);
    await sleep(this.#context.limits.joinErrorDelayMs, null, { ref: false });
    const reason = refused ? error.message : "Unknown Error on Channel";
    this.reply(message, "error", { reason });
    if (refused && error.disconnect) this.close(1000);
  }

  #remove(channel: PeerChannel): boolean {
    const joined = this.#channels.get(channel.topic);
    if (!joined || joined !== channel) return false;
    this.#channels.delete(channel.topic);
    joined.dispose();
    return true;
  }

  #pushClose({ topic, joinRef }: PeerChannel): void {
    this.push({ joinRef, ref: joinRef, topic, event: "phx_close", payload: {} });
  }

  #dispose(): void {
    this.closed = true;
    this.#inbox.length = 0;
    this.#context.users.delete(this);
    for (const channel of this.#channels.values()) channel.dispose();
    this.#channels.clear();
  }
}
