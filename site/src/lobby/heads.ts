/** The sessions that a page knows, from broadcasts about one and listings of all. */
import type { Head } from "@kulti/protocol";

/** Public sessions, newest first. */
export type Find = (page: { max_rows: number; before?: string }) => Promise<Head[]>;

/** The largest number of rows that `find_sessions` returns. */
export const maxRows = 200;

export class Heads {
  readonly #heads = new Map<string, Head>();

  /** How far back the listings reach without a gap: started_at of their last row. */
  #listedTo: string | undefined;

  get size(): number {
    return this.#heads.size;
  }

  /** In no particular order. */
  values(): Iterable<Head> {
    return this.#heads.values();
  }

  /** Newest first. */
  newestFirst(): Head[] {
    return [...this.values()].sort((one, other) => beganAt(other) - beganAt(one));
  }

  /** Ignores a head that is older than the known one. */
  upsert(found: readonly Head[]): void {
    for (const head of found) {
      const known = this.#heads.get(head.session_id);
      if (!known || known.to_seq <= head.to_seq) this.#heads.set(head.session_id, head);
    }
  }

  /** Forgets all sessions of an agent. */
  forget(agentId: string): void {
    for (const head of [...this.values()]) {
      if (head.agent_id === agentId) this.#heads.delete(head.session_id);
    }
  }

  /**
   * Takes the newest sessions, a page or as many as are known, and forgets known ones that the listing should have and
   * does not: they were deleted or are no longer public. Heads that a broadcast brought meanwhile are newer and stay.
   *
   * True when there may be older ones to ask for: at first, and again when so many began meanwhile that the listing does
   * not reach back to the known ones. Those are forgotten then, so that no gap remains.
   */
  async loadNewest(pageRows: number, find: Find): Promise<boolean> {
    const before = [...this.values()];
    const wantedRows = Math.min(maxRows, Math.max(pageRows, before.length));
    const found = await find({ max_rows: wantedRows });
    const listed = new Set(found.map(({ session_id: sessionId }) => sessionId));
    const isAll = found.length < wantedRows;
    const isFirst = this.#listedTo === undefined;
    const hasGap = !isAll && !isFirst && !before.some((head) => listed.has(head.session_id));
    const oldest = isAll || hasGap ? -Infinity : Math.min(...found.map(beganAt));
    for (const head of before) {
      const isNews = this.#heads.get(head.session_id) !== head;
      if (beganAt(head) > oldest && !listed.has(head.session_id) && !isNews) {
        this.#heads.delete(head.session_id);
      }
    }
    this.upsert(found);
    if (isFirst || hasGap) this.#listedTo = found.at(-1)?.started_at;
    return !isAll && (isFirst || hasGap);
  }

  /** Takes the next page of older sessions. False if it was the last one. */
  async loadOlder(pageRows: number, find: Find): Promise<boolean> {
    const before = this.#listedTo;
    const found = await find({ max_rows: pageRows, ...(before && { before }) });
    this.upsert(found);
    this.#listedTo = found.at(-1)?.started_at ?? before;
    return found.length === pageRows;
  }
}

const beganAt = (head: Head): number => Date.parse(head.started_at);
