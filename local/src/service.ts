/**
 * One part of the stack, for the gateway. Embedded parts and real ones at an address have the same shape, so each can
 * replace the other.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

export interface Service {
  /** The URL's path is the service's own, the gateway's prefix removed. */
  fetch(request: Request): Promise<Response>;
  /** Takes over a WebSocket upgrade; `request.url` is the service's own path. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}
