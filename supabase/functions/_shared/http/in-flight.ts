/**
 * The bodies that a worker holds at once. A worker has 256 MB, and a body of 4 MB takes some 40 MB while it is parsed and
 * sent on, so that a few large ones at once would end it. Of every body the first bytes have room of their own: small
 * batches pass while large ones wait.
 */
import { KultiError } from "../protocol/errors.ts";

export interface Room {
  /** Of all callers together. */
  allBytes: number;
  /** Of one caller. */
  ownBytes: number;
}

export interface InFlightLimits {
  /** Up to here a body is small. */
  smallBytes: number;
  small: Room;
  /** For what bodies have beyond `smallBytes`. */
  large: Room;
}

export const inFlightLimits: InFlightLimits = {
  smallBytes: 65_536,
  small: { allBytes: 16_777_216, ownBytes: 1_048_576 },
  large: { allBytes: 16_777_216, ownBytes: 4_194_304 },
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

  constructor(limits: InFlightLimits = inFlightLimits) {
    this.#limits = limits;
    this.#small = new Pool(limits.small);
    this.#large = new Pool(limits.large);
  }

  /** @param owner whose body it is; null for strangers, who share the room of all. */
  hold(owner: string | null): Holding {
    const { smallBytes } = this.#limits;
    let small = 0;
    let large = 0;
    return {
      add: (bytes) => {
        const toSmall = Math.min(bytes, smallBytes - small);
        const fits = this.#small.take(owner, toSmall);
        if (fits) small += toSmall;
        if (!fits || !this.#large.take(owner, bytes - toSmall)) throw full();
        large += bytes - toSmall;
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
    if (own > this.#room.ownBytes || this.#all + bytes > this.#room.allBytes) return false;
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
  return new KultiError("unavailable", message, { retryAfterS: 1 });
}
