/**
 * The limits of a Realtime project. Names and meaning follow the real server's tenant settings; the figures are those
 * of self-hosting raised for a development machine. The real server averages its rates over up to 60 s in ticks of
 * 5 s, so short bursts pass. `max_bytes_per_second` is left out: the real server stores it and never reads it.
 */
export interface RealtimeLimits {
  /** Messages per second, every delivered copy counted, averaged. Self-hosted: 100; hosted plans: 100 to 2,500. */
  messagesPerSecond: number;
  /** Channel joins per second, averaged. Over it the joining socket is disconnected. Self-hosted: 100. */
  joinsPerSecond: number;
  /** Sockets with at least one joined channel. Self-hosted: 200. */
  concurrentUsers: number;
  /** Channels on one socket. Real default: 100. */
  channelsPerClient: number;
  /** A broadcast's payload, in bytes. Real default: 3,000 KB. */
  payloadBytes: number;
  /** One WebSocket frame from a client, in bytes; a larger one closes the socket with 1009. Fixed in the real server. */
  frameBytes: number;
  /** The same for a socket that was opened without a secret key. Not in the real server. */
  visitorFrameBytes: number;
  /** Presence messages per second, averaged. Real default: 1,000. */
  presencePerSecond: number;
  /** Presence calls of one channel within `presenceWindowMs`; one more closes the channel. Real default: 5. */
  presenceCalls: number;
  presenceWindowMs: number;
  /** How long a refused join waits for its answer: it slows down clients that retry. Real default: 5,000. */
  joinErrorDelayMs: number;
  /** The same for a refused WebSocket handshake. Real default: 2,000. */
  connectErrorDelayMs: number;
  /** Closes a socket that sends nothing for this long; stock clients send a heartbeat every 25 s. Real: 60,000. */
  idleMs: number;
  /** Drops a socket that has no channel for this long. Real default: 600,000. */
  noChannelMs: number;
  /** How long a channel waits for `replication_ready` before it closes. Real: 60,000. */
  replicationReadyMs: number;
  /** Pings a walsender that is silent for this long, and drops it after as long again. Not in the real server. */
  replicationSilenceMs: number;
  /**
   * Bytes that may wait for a slow receiver; its socket is dropped beyond that. Not in the real server. Receivers share
   * the bytes of a broadcast, so this may far exceed the size of one transaction's broadcasts.
   */
  sendBufferBytes: number;
  /** Length of one tick of the averaged rates. Real: 5,000. */
  rateTickMs: number;
}

export const defaultLimits: RealtimeLimits = {
  messagesPerSecond: 25_000,
  joinsPerSecond: 1_000,
  concurrentUsers: 10_000,
  channelsPerClient: 100,
  payloadBytes: 3_000_000,
  frameBytes: 5_000_000,
  visitorFrameBytes: 262_144,
  presencePerSecond: 1_000,
  presenceCalls: 5,
  presenceWindowMs: 30_000,
  joinErrorDelayMs: 5_000,
  connectErrorDelayMs: 2_000,
  idleMs: 60_000,
  noChannelMs: 600_000,
  replicationReadyMs: 60_000,
  replicationSilenceMs: 30_000,
  sendBufferBytes: 32 * 1024 * 1024,
  rateTickMs: 5_000,
};

const buckets = 12;

/** Counts events and compares their average per second with a limit, once per tick. */
export class RateCounter {
  average = 0;
  exceeded = false;
  readonly #limit: number;
  readonly #tickMs: number;
  readonly #onExceeded: () => void;
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #buckets = [0];

  constructor(limit: number, tickMs: number, onExceeded: () => void) {
    this.#limit = limit;
    this.#tickMs = tickMs;
    this.#onExceeded = onExceeded;
    this.#timer = setInterval(() => this.#tick(), tickMs).unref();
  }

  add(count = 1): void {
    this.#count += count;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#buckets = [this.#count, ...this.#buckets].slice(0, buckets);
    this.#count = 0;
    const sum = this.#buckets.reduce((a, b) => a + b, 0);
    this.average = sum / this.#buckets.length / (this.#tickMs / 1000);
    const exceeded = this.average >= this.#limit;
    if (exceeded && !this.exceeded) this.#onExceeded();
    this.exceeded = exceeded;
  }
}

/** Limits the calls in a window. A window starts with the first call after the previous one has ended. */
export class CallWindow {
  readonly #maxCalls: number;
  readonly #windowMs: number;
  #calls = 0;
  #endsAt = 0;

  constructor(maxCalls: number, windowMs: number) {
    this.#maxCalls = maxCalls;
    this.#windowMs = windowMs;
  }

  allow(now = performance.now()): boolean {
    if (now > this.#endsAt) {
      this.#calls = 0;
      this.#endsAt = now + this.#windowMs;
    }
    if (this.#calls >= this.#maxCalls) return false;
    this.#calls += 1;
    return true;
  }
}
