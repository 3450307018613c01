/** The sessions that a page knows: what a broadcast says of one and what a listing says of all are put together. */
import type { Head } from "@kulti/protocol";

export class Heads {
  readonly #heads = new Map<string, Head>();

  get size(): number {
    return this.#heads.size;
  }

  /** The one that began last first. */
  newest_first(): Head[] {
    return [...this.#heads.values()].sort((one, other) => began_at(other) - began_at(one));
  }

  /** What is older than what is known changes nothing. */
  take(found: readonly Head[]): void {
    for (const head of found) {
      const known = this.#heads.get(head.session_id);
      if (!known || known.to_seq <= head.to_seq) this.#heads.set(head.session_id, head);
    }
  }

  /**
   * Takes the newest `max_rows` sessions and forgets what should be among them and is not: it was deleted or is no
   * longer public. What a broadcast brought while the listing was on its way is newer than the listing and stays.
   */
  async take_newest(
    max_rows: number,
    find: (max_rows: number) => Promise<Head[]>,
  ): Promise<Head[]> {
    const before = this.newest_first();
    const found = await find(max_rows);
    const listed = new Set(found.map(({ session_id }) => session_id));
    const oldest = found.length < max_rows ? -Infinity : Math.min(...found.map(began_at));
    for (const head of before) {
      const is_news = this.#heads.get(head.session_id) !== head;
      if (began_at(head) > oldest && !listed.has(head.session_id) && !is_news) {
        this.#heads.delete(head.session_id);
      }
    }
    this.take(found);
    return found;
  }
}

const began_at = (head: Head): number => Date.parse(head.started_at);
