/** Hits grouped by session, in the order in which the search found them. */
import type { SearchHit } from "@kulti/protocol";

export interface HitGroup {
  /** Its page and its session: a group does not change after the next one has begun. */
  key: string;
  hits: SearchHit[];
}

/**
 * Each page lists a session once, at its best hit. A later page only adds groups below, so nothing that the viewer is
 * reading moves.
 */
export function groupHits(hits: readonly SearchHit[], pageRows: number): HitGroup[] {
  const groups: HitGroup[] = [];
  for (let from = 0; from < hits.length; from += pageRows) {
    const page = new Map<string, HitGroup>();
    for (const hit of hits.slice(from, from + pageRows)) {
      const last = groups.at(-1);
      const known =
        page.get(hit.session_id) ??
        (page.size === 0 && last?.hits[0]?.session_id === hit.session_id ? last : undefined);
      const group = known ?? { key: `${from} ${hit.session_id}`, hits: [] };
      if (!known) groups.push(group);
      page.set(hit.session_id, group);
      group.hits.push(hit);
    }
  }
  return groups;
}
