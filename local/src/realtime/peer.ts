/** A connected client as its channels see it. */
import type { Frame, Ref, Version } from "./serializer.ts";

export interface Peer {
  readonly version: Version;
  /** The JWT of the handshake. */
  readonly token: string;
  /** Headers of the handshake that begin with `x-`. */
  readonly headers: Record<string, string>;
  readonly closed: boolean;
  channelCount(): number;
  send(frame: Frame): void;
  push(message: PeerMessage): void;
  reply(
    to: { joinRef: Ref; ref: Ref; topic: unknown },
    status: "ok" | "error",
    response: unknown,
  ): void;
  /** Ends a channel in the regular way, with `phx_close`. */
  closeChannel(channel: PeerChannel): void;
  /** Ends a channel with `phx_error`, after which stock clients join again. */
  failChannel(channel: PeerChannel): void;
}

export interface PeerMessage {
  joinRef: Ref;
  ref: Ref;
  topic: string;
  event: string;
  payload: unknown;
}

export interface PeerChannel {
  readonly topic: string;
  readonly joinRef: Ref;
}
