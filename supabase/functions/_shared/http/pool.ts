/** Counts bytes by their sender. */

export interface Sender {
  /** Null for strangers: callers without a verified key. */
  agentId: string | null;
  /** Null if no proxy names it. */
  network: string | null;
}

export interface Room {
  /** Of all senders together. */
  allBytes: number;
  /** Of one agent. */
  agentBytes: number;
  /** Of the strangers of one network. */
  strangerBytes: number;
}

export class Pool {
  readonly #room: Room;
  readonly #byOwner = new Map<string, number>();
  readonly #byNetwork = new Map<string, number>();
  #all = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Which room is too small for these bytes: the sender's own, or that of all. Null if they fit. */
  missing(sender: Sender, bytes: number): "own" | "all" | null {
    const most = sender.agentId === null ? this.#room.strangerBytes : this.#room.agentBytes;
    if (this.ofOwner(sender) + bytes > most) return "own";
    return this.#all + bytes > this.#room.allBytes ? "all" : null;
  }

  /** @param bytes below 0 to give them back */
  add(sender: Sender, bytes: number): void {
    this.#all += bytes;
    change(this.#byOwner, ownerOf(sender), bytes);
    if (sender.network !== null) change(this.#byNetwork, sender.network, bytes);
  }

  haveOneOwner(one: Sender, other: Sender): boolean {
    return ownerOf(one) === ownerOf(other);
  }

  /** Bytes of the agent, or of the network's strangers. */
  ofOwner = (sender: Sender): number => this.#byOwner.get(ownerOf(sender)) ?? 0;

  /** Bytes of all senders of the network; 0 if it is unknown, because unknown networks may be many. */
  ofNetwork = ({ network }: Sender): number =>
    network === null ? 0 : (this.#byNetwork.get(network) ?? 0);
}

/** Names the agent, or the strangers of a network: an agent's id contains no space. */
export const ownerOf = ({ agentId, network }: Sender): string =>
  agentId ?? `stranger ${network ?? "unknown"}`;

function change(counts: Map<string, number>, key: string, bytes: number): void {
  const now = (counts.get(key) ?? 0) + bytes;
  if (now > 0) counts.set(key, now);
  else counts.delete(key);
}
