/** The sessions that a page knows: what a broadcast says of one and what a listing says of all are put together. */
import type { Head } from "@kulti/protocol";

/** Public sessions, the one that began last first. */
export type Find = (page: { max_rows: number; before?: string }) => Promise<Head[]>;

/** What `find_sessions` gives at most. */
const most_rows = 200;

export class Heads {
  readonly #heads = new Map<string, Head>();

  /** How far back the listings reach without a gap: started_at of their last row. */
  #listed_to: string | undefined;

  get size(): number {
    return this.#heads.size;
  }

  /** In no order. */
  values(): Iterable<Head> {
    return this.#heads.values();
  }

  /** The one that began last first. */
  newest_first(): Head[] {
    return [...this.values()].sort((one, other) => began_at(other) - began_at(one));
  }

  /** What is older than what is known changes nothing. */
  take(found: readonly Head[]): void {
    for (const head of found) {
      const known = this.#heads.get(head.session_id);
      if (!known || known.to_seq <= head.to_seq) this.#heads.set(head.session_id, head);
    }
  }

  /** Forgets all sessions of an agent. */
  forget(agent_id: string): void {
    for (const head of [...this.values()]) {
      if (head.agent_id === agent_id) this.#heads.delete(head.session_id);
    }
  }

  /**
   * Takes the newest sessions, a page or as many as are known, and forgets what should be among them and is not: it was
   * deleted or is no longer public. What a broadcast brought while the listing was on its way is newer and stays.
   *
   * True when there may be older ones to ask for: at first, and again when so many began meanwhile that the listing does
   * not reach back to what was known. That is forgotten then, so that nothing is left out between.
   */
  async take_newest(page_rows: number, find: Find): Promise<boolean> {
    const before = [...this.values()];
    const max_rows = Math.min(most_rows, Math.max(page_rows, before.length));
    const found = await find({ max_rows });
    const listed = new Set(found.map(({ session_id }) => session_id));
    const is_all = found.length < max_rows;
    const is_first = this.#listed_to === undefined;
    const has_gap = !is_all && !is_first && !before.some((head) => listed.has(head.session_id));
    const oldest = is_all || has_gap ? -Infinity : Math.min(...found.map(began_at));
    for (const head of before) {
      const is_news = this.#heads.get(head.session_id) !== head;
      if (began_at(head) > oldest && !listed.has(head.session_id) && !is_news) {
        this.#heads.delete(head.session_id);
      }
    }
    this.take(found);
    if (is_first || has_gap) this.#listed_to = found.at(-1)?.started_at;
    return !is_all && (is_first || has_gap);
  }

  /** Takes the page behind those that were listed. False when there is none behind it. */
  async take_older(page_rows: number, find: Find): Promise<boolean> {
    const before = this.#listed_to;
    const found = await find({ max_rows: page_rows, ...(before && { before }) });
    this.take(found);
    this.#listed_to = found.at(-1)?.started_at ?? before;
    return found.length === page_rows;
  }
}

const began_at = (head: Head): number => Date.parse(head.started_at);
