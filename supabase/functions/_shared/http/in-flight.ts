/**
 * The bodies that a worker holds at once. A worker has 256 MB, and a body of 4 MB takes some 40 MB while it is parsed and
 * sent on, so that a few large ones at once would end it. Of every body the first bytes have room of their own: small
 * batches pass while large ones wait.
 */
import { KultiError } from "../protocol/errors.ts";

export interface Room {
  /** Of all callers together. */
  all_bytes: number;
  /** Of one caller. */
  own_bytes: number;
}

export interface InFlightLimits {
  /** Up to here a body is small. */
  small_bytes: number;
  small: Room;
  /** For what bodies have beyond `small_bytes`. */
  large: Room;
}

export const in_flight_limits: InFlightLimits = {
  small_bytes: 65_536,
  small: { all_bytes: 16_777_216, own_bytes: 1_048_576 },
  large: { all_bytes: 16_777_216, own_bytes: 4_194_304 },
};

export interface Holding {
  /** @throws KultiError `unavailable` when there is no room for these bytes more. */
  add(bytes: number): void;
  release(): void;
}

export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #small: Pool;
  readonly #large: Pool;

  constructor(limits: InFlightLimits = in_flight_limits) {
    this.#limits = limits;
    this.#small = new Pool(limits.small);
    this.#large = new Pool(limits.large);
  }

  /** @param owner whose body it is; null for strangers, who share the room of all. */
  hold(owner: string | null): Holding {
    const { small_bytes } = this.#limits;
    let small = 0;
    let large = 0;
    return {
      add: (bytes) => {
        const to_small = Math.min(bytes, small_bytes - small);
        const fits = this.#small.take(owner, to_small);
        if (fits) small += to_small;
        if (!fits || !this.#large.take(owner, bytes - to_small)) throw full();
        large += bytes - to_small;
      },
      release: () => {
        this.#small.give(owner, small);
        this.#large.give(owner, large);
        small = 0;
        large = 0;
      },
    };
  }
}

class Pool {
  readonly #room: Room;
  readonly #own = new Map<string, number>();
  #all = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  take(owner: string | null, bytes: number): boolean {
    if (bytes === 0) return true;
    const own = owner === null ? 0 : (this.#own.get(owner) ?? 0) + bytes;
    if (own > this.#room.own_bytes || this.#all + bytes > this.#room.all_bytes) return false;
    if (owner !== null) this.#own.set(owner, own);
    this.#all += bytes;
    return true;
  }

  give(owner: string | null, bytes: number): void {
    if (bytes === 0) return;
    this.#all -= bytes;
    if (owner === null) return;
    const own = (this.#own.get(owner) ?? 0) - bytes;
    if (own > 0) this.#own.set(owner, own);
    else this.#own.delete(owner);
  }
}

function full(): KultiError {
  const message = "Cannot take the body: too many bodies are on their way. Send it again.";
  return new KultiError("unavailable", message, { retry_after_s: 1 });
}
