/** One client's WebSocket: its frames in, one after the other, and its channels. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RawData, WebSocket } from "ws";
import type { Channel } from "./channel.ts";
import type { Context } from "./context.ts";
import { JoinRefused, join_channel } from "./join.ts";
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
  #heard_at = performance.now();
  #without_channel_since = performance.now();

  constructor({ context, socket, version, token, headers }: ConnectionOptions) {
    this.version = version;
    this.token = token;
    this.headers = headers;
    this.#context = context;
    this.#socket = socket;
    socket.on("message", (data: RawData, binary: boolean) => {
      this.#heard_at = performance.now();
      this.#inbox.push({ data: data as Buffer, binary });
      if (!this.#busy) void this.#drain();
    });
    socket.on("error", (error) => context.log(`MalformedWebSocketMessage: ${error.message}`));
    socket.on("close", () => this.#dispose());
  }

  channel_count(): number {
    return this.#channels.size;
  }

  /** A client that reads too slowly is dropped, so that memory stays bounded and the overload shows. */
  send({ data, binary }: Frame) {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > this.#context.limits.send_buffer_bytes) {
      this.#context.log(`SlowReceiver: ${socket.bufferedAmount} bytes wait to be read, dropped`);
      return socket.terminate();
    }
    socket.send(data, { binary, compress: false });
  }

  push(message: PeerMessage): void {
    this.send(serializer.encode_push(this.version, message));
  }

  reply(
    to: { join_ref: Ref; ref: Ref; topic: unknown },
    status: "ok" | "error",
    response: unknown,
  ): void {
    this.send(serializer.encode_reply(this.version, to, status, response));
  }

  close_channel(channel: PeerChannel): void {
    if (this.#remove(channel)) this.#push_close(channel);
  }

  fail_channel(channel: PeerChannel): void {
    if (!this.#remove(channel)) return;
    const { topic, join_ref } = channel;
    this.push({ join_ref, ref: join_ref, topic, event: "phx_error", payload: {} });
  }

  /** Stock clients connect again after a close that they did not ask for. */
  close(code: number): void {
    this.#socket.close(code);
  }

  drop(): void {
    this.#socket.terminate();
  }

  replication_changed(is_open: boolean): void {
    for (const channel of this.#channels.values()) channel.replication_changed(is_open);
  }

  /** Called now and then; ends sockets that are silent, or without a channel for long. */
  check_idle(now = performance.now()) {
    const { idle_ms, no_channel_ms } = this.#context.limits;
    if (now - this.#heard_at > idle_ms && !this.#busy) return this.close(1000);
    if (this.#channels.size > 0) this.#without_channel_since = now;
    if (now - this.#without_channel_since > no_channel_ms) this.drop();
  }

  /** One frame after the other; while one waits for the database, no more are read from the network. */
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
    const { topic, event, join_ref } = message;
    if (topic === "phoenix" && event === "heartbeat") return this.reply(message, "ok", {});
    if (event === "phx_join") return this.#join(message);
    const channel = this.#channels.get(topic as string);
    if (!channel) {
      if (event === "phx_leave") return this.reply(message, "ok", {});
      return this.reply(message, "error", { reason: "unmatched topic" });
    }
    // Meant for a former channel of the same topic. Version 1 may leave the reference out.
    if ((join_ref ?? null) !== null && join_ref !== channel.join_ref) return;
    if (event === "phx_leave") {
      this.reply(message, "ok", {});
      return this.close_channel(channel);
    }
    return receive(channel, message);
  }

  async #join(message: ClientMessage) {
    const { topic, join_ref = null, payload } = message;
    if (typeof topic !== "string" || !topic.startsWith("realtime:")) {
      return this.reply(message, "error", { reason: "unmatched topic" });
    }
    const former = this.#channels.get(topic);
    if (former) this.#remove(former);
    try {
      const channel = await join_channel(this.#context, this, { topic, join_ref, payload });
      this.#context.users.add(this);
      this.#channels.set(topic, channel);
      const { postgres_changes } = channel.config;
      const changes = postgres_changes.map((change, n) => ({ ...change, id: n + 1 }));
      this.reply(message, "ok", { postgres_changes: changes });
      if (former) this.#push_close(former);
      channel.after_join();
    } catch (error) {
      await this.#refuse(message, error as Error);
      if (former) this.#push_close(former);
    }
  }

  async #refuse(message: ClientMessage, error: Error): Promise<void> {
    if (this.closed) return;
    const refused = error instanceof JoinRefused;
    this.#context.log(refused ? error.message : `UnknownErrorOnChannel: ${error.message}`);
    await sleep(this.#context.limits.join_error_delay_ms, null, { ref: false });
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

  #push_close({ topic, join_ref }: PeerChannel): void {
    this.push({ join_ref, ref: join_ref, topic, event: "phx_close", payload: {} });
  }

  #dispose(): void {
    this.closed = true;
    this.#inbox.length = 0;
    this.#context.users.delete(this);
    for (const channel of this.#channels.values()) channel.dispose();
    this.#channels.clear();
  }
}
