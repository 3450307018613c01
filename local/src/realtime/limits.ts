/**
 * What a Realtime project may use. Names and meaning follow the real server's tenant settings; the figures are those
 * of self-hosting raised for a development machine. The real server averages its rates over up to 60 s in ticks of
 * 5 s, so short bursts pass. `max_bytes_per_second` is left out: the real server stores it and never looks at it.
 */
export interface RealtimeLimits {
  /** Messages per second, every delivered copy counted, averaged. Self-hosted: 100; hosted plans: 100 to 2,500. */
  messages_per_second: number;
  /** Channel joins per second, averaged. Over it the joining socket is disconnected. Self-hosted: 100. */
  joins_per_second: number;
  /** Sockets with at least one joined channel. Self-hosted: 200. */
  concurrent_users: number;
  /** Channels on one socket. Real default: 100. */
  channels_per_client: number;
  /** A broadcast's payload, in bytes. Real default: 3,000 KB. */
  payload_bytes: number;
  /** One WebSocket frame from a client, in bytes; a larger one closes the socket with 1009. Fixed in the real server. */
  frame_bytes: number;
  /** Presence messages per second, averaged. Real default: 1,000. */
  presence_per_second: number;
  /** Presence calls of one channel within `presence_window_ms`; one more closes the channel. Real default: 5. */
  presence_calls: number;
  presence_window_ms: number;
  /** How long a refused join waits for its answer: it slows down clients that retry. Real default: 5,000. */
  join_error_delay_ms: number;
  /** The same for a refused WebSocket handshake. Real default: 2,000. */
  connect_error_delay_ms: number;
  /** A socket that sends nothing for so long is closed; stock clients send a heartbeat every 25 s. Real: 60,000. */
  idle_ms: number;
  /** A socket without any channel for so long is dropped. Real default: 600,000. */
  no_channel_ms: number;
  /** How long `replication_ready` is waited for before the channel is closed. Real: 60,000. */
  replication_ready_ms: number;
  /** A walsender that is silent for so long is asked, and given up after as long again. Not in the real server. */
  replication_silence_ms: number;
  /**
   * Bytes that may wait for a slow receiver; its socket is dropped beyond that. Not in the real server. Receivers share
   * the bytes of a broadcast, so it can be far more than what one transaction sends at once.
   */
  send_buffer_bytes: number;
  /** Length of one tick of the averaged rates. Real: 5,000. */
  rate_tick_ms: number;
}

export const default_limits: RealtimeLimits = {
  messages_per_second: 25_000,
  joins_per_second: 1_000,
  concurrent_users: 10_000,
  channels_per_client: 100,
  payload_bytes: 3_000_000,
  frame_bytes: 5_000_000,
  presence_per_second: 1_000,
  presence_calls: 5,
  presence_window_ms: 30_000,
  join_error_delay_ms: 5_000,
  connect_error_delay_ms: 2_000,
  idle_ms: 60_000,
  no_channel_ms: 600_000,
  replication_ready_ms: 60_000,
  replication_silence_ms: 30_000,
  send_buffer_bytes: 32 * 1024 * 1024,
  rate_tick_ms: 5_000,
};

const BUCKETS = 12;

/** Counts events and compares their average per second with a limit, once per tick. */
export class RateCounter {
  average = 0;
  exceeded = false;
  readonly #limit: number;
  readonly #tick_ms: number;
  readonly #on_exceeded: () => void;
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #buckets = [0];

  constructor(limit: number, tick_ms: number, on_exceeded: () => void) {
    this.#limit = limit;
    this.#tick_ms = tick_ms;
    this.#on_exceeded = on_exceeded;
    this.#timer = setInterval(() => this.#tick(), tick_ms).unref();
  }

  add(count = 1): void {
    this.#count += count;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#buckets = [this.#count, ...this.#buckets].slice(0, BUCKETS);
    this.#count = 0;
    const sum = this.#buckets.reduce((a, b) => a + b, 0);
    this.average = sum / this.#buckets.length / (this.#tick_ms / 1000);
    const exceeded = this.average >= this.#limit;
    if (exceeded && !this.exceeded) this.#on_exceeded();
    this.exceeded = exceeded;
  }
}

/** Allows so many calls within a window, which starts with the first call after the former ended. */
export class CallWindow {
  readonly #max_calls: number;
  readonly #window_ms: number;
  #calls = 0;
  #ends_at = 0;

  constructor(max_calls: number, window_ms: number) {
    this.#max_calls = max_calls;
    this.#window_ms = window_ms;
  }

  allow(now = performance.now()): boolean {
    if (now > this.#ends_at) {
      this.#calls = 0;
      this.#ends_at = now + this.#window_ms;
    }
    if (this.#calls >= this.#max_calls) return false;
    this.#calls += 1;
    return true;
  }
}
