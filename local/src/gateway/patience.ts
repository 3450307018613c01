/**
 * How long the gateway waits for a slow caller: for its headers, for its body, and until it reads the answer. Without
 * limits a few thousand idle connections would block the stack.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface Patience {
  /** Until a request's headers are complete. */
  headersMs: number;
  /** Until a body is complete, if it arrives no faster than `bodyBytesPerSecond`. */
  bodyMs: number;
  /** Each time this many bytes of a body have arrived, the caller gets another second. */
  bodyBytesPerSecond: number;
  /** Cuts off a caller that reads nothing for this long. */
  unreadMs: number;
  /** Connections at a time; more are closed at once. Room for the 10,000 users of Realtime. */
  connections: number;
  checkMs: number;
}

/** The figures of Apache's mod_reqtimeout, and of nginx's `send_timeout`, which Kong uses too. */
export const defaultPatience: Patience = {
  headersMs: 10_000,
  bodyMs: 30_000,
  bodyBytesPerSecond: 500,
  unreadMs: 60_000,
  connections: 12_000,
  checkMs: 1_000,
};

export class SlowBody extends Error {
  constructor() {
    super("The request's body did not arrive in time.");
  }
}

interface Reception {
  incoming: IncomingMessage;
  response: ServerResponse;
  late: AbortController;
  beganAt: number;
  bytesBefore: number;
  /** Time for which the service, not the caller, slowed the body down. */
  excusedMs: number;
}

interface Delivery {
  delivered: number;
  since: number;
}

export class Watch {
  /** All open connections, including upgraded ones, which Node's server does not track. */
  readonly sockets = new Map<Socket, Delivery>();
  readonly #receptions = new Map<IncomingMessage, Reception>();
  readonly #patience: Patience;
  readonly #timer: NodeJS.Timeout;

  constructor(server: Server, patience: Patience) {
    this.#patience = patience;
    this.#timer = setInterval(() => this.#check(performance.now()), patience.checkMs).unref();
    server.maxConnections = patience.connections;
    server.on("connection", (socket: Socket) => {
      socket.setNoDelay(true);
      // Before a request and after an upgrade there is no other listener, and an error without one ends the process.
      socket.on("error", () => socket.destroy());
      this.sockets.set(socket, { delivered: 0, since: performance.now() });
      socket.once("close", () => this.sockets.delete(socket));
    });
    server.on("request", (incoming, response) => this.#receive(incoming, response));
  }

  /** Aborts with SlowBody when the body does not arrive in time. */
  late(incoming: IncomingMessage): AbortSignal | undefined {
    return this.#receptions.get(incoming)?.late.signal;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const socket of this.sockets.keys()) socket.destroy();
  }

  #receive(incoming: IncomingMessage, response: ServerResponse): void {
    const { headers, socket } = incoming;
    if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) {
      return;
    }
    this.#receptions.set(incoming, {
      incoming,
      response,
      late: new AbortController(),
      beganAt: performance.now(),
      bytesBefore: socket.bytesRead,
      excusedMs: 0,
    });
    incoming.once("close", () => this.#receptions.delete(incoming));
  }

  #check(now: number): void {
    for (const reception of this.#receptions.values()) this.#checkBody(reception, now);
    for (const [socket, delivery] of this.sockets) this.#checkDelivery(socket, delivery, now);
  }

  #checkBody(reception: Reception, now: number): void {
    const { incoming, response, late, beganAt, bytesBefore } = reception;
    if (incoming.complete) {
      this.#receptions.delete(incoming);
      return;
    }
    const { bodyMs, bodyBytesPerSecond, checkMs } = this.#patience;
    if (incoming.readableLength >= incoming.readableHighWaterMark) reception.excusedMs += checkMs;
    const bytes = incoming.socket.bytesRead - bytesBefore;
    const allowedMs = bodyMs + reception.excusedMs + (bytes / bodyBytesPerSecond) * 1000;
    if (now - beganAt < allowedMs) return;
    // An answer that has begun cannot become a 408, and a complete answer did not need the rest of the body.
    if (late.signal.aborted || response.headersSent) incoming.socket.destroy();
    else late.abort(new SlowBody());
  }

  #checkDelivery(socket: Socket, delivery: Delivery, now: number): void {
    const delivered = deliveredBytes(socket);
    if (socket.writableLength === 0 || delivered !== delivery.delivered) {
      delivery.delivered = delivered;
      delivery.since = now;
    } else if (now - delivery.since > this.#patience.unreadMs) {
      socket.destroy();
    }
  }
}

/** Bytes that the network has taken. Node's `bytesWritten` also counts bytes still waiting in a started write. */
function deliveredBytes(socket: Socket): number {
  const { _handle } = socket as unknown as {
    _handle: { bytesWritten: number; writeQueueSize: number } | null;
  };
  return _handle ? _handle.bytesWritten - _handle.writeQueueSize : 0;
}
