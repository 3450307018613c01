/**
 * The bodies that a worker holds at once. A worker has 256 MB, and a body of 4 MB takes some 40 MB while it is parsed and
 * sent on, so that a few large ones at once would end it. The first bytes of every body have room of their own, so
 * that small batches pass while large ones wait.
 *
 * A full pool does not refuse every newcomer, because callers that stall could keep it full. Another body that is still
 * arriving gives way: first one that stalls, then one that takes long, then one of the sender that holds the most.
 */
import { KultiError } from "../protocol/errors.ts";
import { Pool, type Room, type Sender } from "./pool.ts";

export interface InFlightLimits {
  /** The largest small body. */
  smallBytes: number;
  small: Room;
  /** The budget for the bytes beyond `smallBytes`. */
  large: Room;
  /** A body stalls if fewer than `stallBytes` of it arrive in `stallMs`. */
  stallMs: number;
  stallBytes: number;
  /** A body takes long after this, whatever its pace: 17 agents that dripped large bodies shut out those of others. */
  longMs: number;
}

export const inFlightLimits: InFlightLimits = {
  smallBytes: 65_536,
  small: { allBytes: 16_777_216, agentBytes: 1_048_576, strangerBytes: 4_194_304 },
  large: { allBytes: 16_777_216, agentBytes: 4_194_304, strangerBytes: 4_194_304 },
  // The slowest pace that a body may have over five seconds.
  stallMs: 1_000,
  stallBytes: 16_384,
  longMs: 2_000,
};

export interface Holding {
  /** Aborts with the caller's refusal when the body gives way to another; its bytes are released then. */
  signal: AbortSignal;
  /** The sender sent this many bytes. */
  arrived(bytes: number): void;
  /** @throws KultiError `unavailable` when there is no room for these bytes, or the body gave way */
  add(bytes: number): void;
  /** The whole body is there and no longer gives way. */
  complete(): void;
  release(): void;
}

interface Body {
  sender: Sender;
  held: Map<Pool, number>;
  beganMs: number;
  /** When the last `stallBytes` were complete. */
  markMs: number;
  sinceMarkBytes: number;
  gaveWay: AbortController;
}

export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #now: () => number;
  readonly #small: Pool;
  readonly #large: Pool;
  /** Bodies that may give way, the one with the oldest mark in front. */
  readonly #arriving = new Set<Body>();

  constructor(limits: InFlightLimits = inFlightLimits, now = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#small = new Pool(limits.small);
    this.#large = new Pool(limits.large);
  }

  hold(sender: Sender): Holding {
    const gaveWay = new AbortController();
    const nowMs = this.#now();
    const body: Body = {
      sender,
      held: new Map(),
      beganMs: nowMs,
      markMs: nowMs,
      sinceMarkBytes: 0,
      gaveWay,
    };
    this.#arriving.add(body);
    return {
      signal: gaveWay.signal,
      arrived: (bytes) => this.#mark(body, bytes),
      add: (bytes) => {
        gaveWay.signal.throwIfAborted();
        const toSmall = Math.min(bytes, this.#limits.smallBytes - heldOf(body, this.#small));
        this.#take(this.#small, body, toSmall);
        this.#take(this.#large, body, bytes - toSmall);
      },
      complete: () => this.#arriving.delete(body),
      release: () => this.#release(body),
    };
  }

  #mark(body: Body, bytes: number): void {
    body.sinceMarkBytes += bytes;
    if (body.sinceMarkBytes < this.#limits.stallBytes || !this.#arriving.delete(body)) return;
    body.sinceMarkBytes = 0;
    body.markMs = this.#now();
    this.#arriving.add(body);
  }

  #take(pool: Pool, body: Body, bytes: number): void {
    if (bytes === 0) return;
    for (let room = pool.missing(body.sender, bytes); room; ) {
      const other =
        this.#stalled(pool, body, room) ??
        this.#long(pool, body, room) ??
        this.#greedy(pool, body, bytes, room);
      if (!other) throw full();
      this.#release(other);
      other.gaveWay.abort(gaveWay());
      room = pool.missing(body.sender, bytes);
    }
    pool.add(body.sender, bytes);
    body.held.set(pool, heldOf(body, pool) + bytes);
  }

  #release(body: Body): void {
    this.#arriving.delete(body);
    for (const [pool, bytes] of body.held) pool.add(body.sender, -bytes);
    body.held.clear();
  }

  /** The body that has stalled longest, of those that would make room. */
  #stalled(pool: Pool, body: Body, room: "own" | "all"): Body | undefined {
    const untilMs = this.#now() - this.#limits.stallMs;
    for (const other of this.#arriving) {
      if (other.markMs > untilMs) return undefined;
      if (other === body || heldOf(other, pool) === 0) continue;
      if (room === "all" || pool.haveOneOwner(other.sender, body.sender)) return other;
    }
    return undefined;
  }

  /** The body that began first, if it takes long and the newcomer does not. */
  #long(pool: Pool, body: Body, room: "own" | "all"): Body | undefined {
    const untilMs = this.#now() - this.#limits.longMs;
    if (room === "own" || body.beganMs <= untilMs) return undefined;
    let first: Body | undefined;
    for (const other of this.#arriving) {
      if (other.beganMs > untilMs || heldOf(other, pool) === 0) continue;
      if (!first || other.beganMs < first.beganMs) first = other;
    }
    return first;
  }

  /**
   * A body of the network that holds the most, else of the owner that does. It must hold more than twice as much as the
   * newcomer would: otherwise two equals would push each other out in turn.
   */
  #greedy(pool: Pool, body: Body, bytes: number, room: "own" | "all"): Body | undefined {
    if (room === "own") return undefined;
    for (const share of [pool.ofNetwork, pool.ofOwner]) {
      let most = 2 * (share(body.sender) + bytes);
      let found: Body | undefined;
      for (const other of this.#arriving) {
        if (other === body || heldOf(other, pool) === 0) continue;
        const held = share(other.sender);
        if (held <= most) continue;
        most = held;
        found = other;
      }
      if (found) return found;
    }
    return undefined;
  }
}

const heldOf = (body: Body, pool: Pool): number => body.held.get(pool) ?? 0;

function full(): KultiError {
  const message = "Cannot accept the body: the server is receiving too many. Try again.";
  return new KultiError("unavailable", message, { retryAfterS: 1 });
}

function gaveWay(): KultiError {
  const message =
    "Cannot accept the body: the server is receiving too many, and this one was slow or its sender has several. Try again.";
  return new KultiError("unavailable", message, { retryAfterS: 1 });
}
