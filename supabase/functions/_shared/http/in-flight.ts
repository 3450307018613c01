/**
 * The bodies that a worker holds at once. A worker has 256 MB, and a body of 4 MB takes some 40 MB while it is parsed and
 * sent on, so that a few large ones at once would end it. Of every body the first bytes have room of their own: small
 * batches pass while large ones wait. Where there is no room left, the body that has been on its way longest gives way
 * to a new one: otherwise a few hundred callers who send slowly could keep everybody else out.
 */
import { KultiError } from "../protocol/errors.ts";

export interface Room {
  /** Of all callers together. */
  allBytes: number;
  /** Of one caller. */
  ownBytes: number;
}

export interface InFlightLimits {
  /** The largest small body. */
  smallBytes: number;
  small: Room;
  /** The budget for the bytes beyond `smallBytes`. */
  large: Room;
}

export const inFlightLimits: InFlightLimits = {
  smallBytes: 65_536,
  small: { allBytes: 16_777_216, ownBytes: 1_048_576 },
  large: { allBytes: 16_777_216, ownBytes: 4_194_304 },
};

export interface Holding {
  /** @throws KultiError `unavailable` when there is no room for these bytes. */
  add(bytes: number): void;
  /** All of the body is there: it gives way no more. */
  complete(): void;
  release(): void;
}

/** So long a body may take however full it is. */
const protectedMs = 1_000;

interface Arriving {
  beganMs: number;
  giveWay(): void;
}

export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #small: Pool;
  readonly #large: Pool;
  readonly #now: () => number;
  /** Bodies that are not whole yet, the one that began first in front. */
  readonly #arriving = new Set<Arriving>();

  constructor(limits: InFlightLimits = inFlightLimits, now = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#small = new Pool(limits.small);
    this.#large = new Pool(limits.large);
  }

  /**
   * @param owner whose body it is; null for strangers, who share the room of all
   * @param onGivenUp called when the body has to give way to another; its bytes are released already
   */
  hold(owner: string | null, onGivenUp: () => void = () => {}): Holding {
    const { smallBytes } = this.#limits;
    let small = 0;
    let large = 0;
    const release = () => {
      this.#small.give(owner, small);
      this.#large.give(owner, large);
      small = 0;
      large = 0;
      this.#arriving.delete(arriving);
    };
    const giveWay = () => {
      release();
      onGivenUp();
    };
    const arriving: Arriving = { beganMs: this.#now(), giveWay };
    this.#arriving.add(arriving);
    const take = (pool: Pool, bytes: number): void => {
      while (!pool.take(owner, bytes)) {
        if (!pool.mayFit(owner, bytes) || !this.#makeRoom(arriving)) throw full();
      }
    };
    return {
      add: (bytes) => {
        const toSmall = Math.min(bytes, smallBytes - small);
        take(this.#small, toSmall);
        small += toSmall;
        take(this.#large, bytes - toSmall);
        large += bytes - toSmall;
      },
      complete: () => this.#arriving.delete(arriving),
      release,
    };
  }

  /** False when no other body is old enough to give way. */
  #makeRoom(asking: Arriving): boolean {
    const [first, second] = this.#arriving;
    const oldest = first === asking ? second : first;
    if (!oldest || this.#now() - oldest.beganMs < protectedMs) return false;
    oldest.giveWay();
    return true;
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

  /** Whether the owner's own room would hold it, whatever others hold. */
  mayFit(owner: string | null, bytes: number): boolean {
    const own = owner === null ? 0 : (this.#own.get(owner) ?? 0) + bytes;
    return own <= this.#room.ownBytes && bytes <= this.#room.allBytes;
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
  const message = "Cannot accept the body: the server is receiving too many. Try again.";
  return new KultiError("unavailable", message, { retryAfterS: 1 });
}
