/** The wall as data: one tile per agent on stage, those that need a human first. */
import { type Head, limits } from "@kulti/protocol";

/** An agent that is live and has sent nothing for this long has stalled. */
export const stalledAfterMs = 120_000;
/** An agent stays on the wall this long after its session has ended. */
export const leaveAfterMs = 60_000;

/** In the order of the wall. */
const kinds = ["waiting", "stalled", "error", "active", "ended"] as const;
export type Kind = (typeof kinds)[number];

export interface Tile {
  head: Head;
  kind: Kind;
}

function kindOf(head: Head, now: number): Kind {
  if (head.ended_at !== null) return "ended";
  if (head.status === "waiting") return "waiting";
  const silence = now - Date.parse(head.last_event_at);
  // A paused agent is silent on purpose.
  if (silence >= stalledAfterMs && head.status !== "paused") return "stalled";
  return head.status === "error" ? "error" : "active";
}

/** Whether the session is on the wall at all. */
function isShown(head: Head, now: number): boolean {
  if (head.ended_at !== null) return now - Date.parse(head.ended_at) < leaveAfterMs;
  return now - Date.parse(head.last_event_at) < limits.session_idle_ms;
}

/** Each tile keeps its place among its kind: it moves only when its kind changes. */
export class Wall {
  readonly #heads = new Map<string, Head>();
  readonly #places = new Map<string, { kind: Kind; place: number }>();
  #nextPlace = 0;

  /** An agent with several sessions shows the newest, live ones first. */
  upsert(head: Head): void {
    const known = this.#heads.get(head.agent_id);
    if (!known || comesBefore(head, known)) this.#heads.set(head.agent_id, head);
  }

  /**
   * Takes the newest `max_rows` live sessions and forgets known ones that are missing: they were deleted or are no
   * longer public.
   */
  async loadLive(maxRows: number, find: (maxRows: number) => Promise<Head[]>): Promise<void> {
    const before = [...this.#heads.values()];
    const found = await find(maxRows);
    const listed = new Set(found.map(({ agent_id: agentId }) => agentId));
    for (const head of found.length < maxRows ? before : []) {
      const isNews = this.#heads.get(head.agent_id) !== head;
      const isGone = head.ended_at === null && !listed.has(head.agent_id) && !isNews;
      if (isGone) this.forget(head.agent_id);
    }
    for (const head of found) this.upsert(head);
  }

  tiles(now: number): Tile[] {
    const tiles: Tile[] = [];
    for (const head of this.#heads.values()) {
      if (isShown(head, now)) tiles.push({ head, kind: kindOf(head, now) });
      else this.forget(head.agent_id);
    }
    // Of tiles that arrive together, the most recently active comes first; of stalled and waiting ones, the longest silent.
    const latestFirst = tiles.toSorted((one, other) => lastEvent(other) - lastEvent(one));
    for (const tile of latestFirst.toReversed())
      if (isSilenceTheMatter(tile)) this.#takePlace(tile);
    for (const tile of latestFirst) this.#takePlace(tile);
    return tiles.sort(
      (one, other) =>
        kinds.indexOf(one.kind) - kinds.indexOf(other.kind) ||
        this.#place(one) - this.#place(other),
    );
  }

  #takePlace({ head, kind }: Tile): void {
    if (this.#places.get(head.agent_id)?.kind === kind) return;
    this.#places.set(head.agent_id, { kind, place: this.#nextPlace++ });
  }

  #place({ head }: Tile): number {
    return this.#places.get(head.agent_id)?.place ?? 0;
  }

  forget(agentId: string): void {
    this.#heads.delete(agentId);
    this.#places.delete(agentId);
  }
}

function comesBefore(head: Head, known: Head): boolean {
  if (head.session_id === known.session_id) return head.to_seq >= known.to_seq;
  const isOver = head.ended_at !== null;
  if (isOver !== (known.ended_at !== null)) return !isOver;
  return head.started_at > known.started_at;
}

const lastEvent = ({ head }: Tile): number => Date.parse(head.last_event_at);

const isSilenceTheMatter = ({ kind }: Tile): boolean => kind === "waiting" || kind === "stalled";

/** `6 on stage, 1 waits for a human, 1 has stalled`. */
export function summaryOf(tiles: readonly Tile[]): string {
  const count = (wanted: Kind) => tiles.filter(({ kind }) => kind === wanted).length;
  const [waiting, stalled, errors] = [count("waiting"), count("stalled"), count("error")];
  const parts = [`${tiles.length - count("ended")} on stage`];
  if (waiting > 0) parts.push(`${waiting} ${waiting === 1 ? "waits" : "wait"} for a human`);
  if (stalled > 0) parts.push(`${stalled} ${stalled === 1 ? "has" : "have"} stalled`);
  if (errors > 0) parts.push(`${errors} with an error`);
  return parts.join(", ");
}
