/** The list of what was found, as it stands in the page. */
import type { SearchHit } from "@kulti/protocol";
import { put_in_order } from "../frame/element.ts";
import { fold_rest } from "./fold.ts";
import type { HitGroup } from "./groups.ts";
import { make_group, make_hit } from "./hit-row.ts";

/** Rows that stay are kept, so that the focus stays where it is. */
export function draw_results(
  results: HTMLElement,
  groups: readonly HitGroup[],
  drawn: Map<string, HTMLLIElement>,
): void {
  const hits = groups.flatMap((group) => group.hits);
  const wanted = new Set(hits.map(cursor_key));
  for (const [key, row] of drawn) if (!wanted.has(row.dataset.key ?? "")) drawn.delete(key);
  const known = new Map(
    [...results.children].map((one) => [(one as HTMLElement).dataset.key, one]),
  );
  const sections = groups.map((group) => {
    const section = (known.get(group.key) as HTMLElement | undefined) ?? make_group(group);
    const rows = group.hits.map((hit) => {
      const row = drawn.get(hit_key(hit)) ?? make_hit(hit);
      row.dataset.key = cursor_key(hit);
      drawn.set(hit_key(hit), row);
      return row;
    });
    put_in_order(section.querySelector("ul") as HTMLElement, rows);
    fold_rest(section);
    return section;
  });
  put_in_order(results, sections);
}

const hit_key = ({ session_id, seq }: SearchHit): string => `${session_id} ${seq}`;

/** One event and what was marked in it. */
const cursor_key = (hit: SearchHit): string => `${hit_key(hit)} ${hit.snippet.join("\u0001")}`;
