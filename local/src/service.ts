/**
 * One part of the stack as the gateway sees it. The embedded parts and the real ones behind an address have the same
 * shape, so that each can be swapped for the other.
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
