/** The list of results on the page. */
import type { SearchHit } from "@kulti/protocol";
import { putInOrder } from "../frame/element.ts";
import { collapseRest } from "./collapse.ts";
import type { HitGroup } from "./groups.ts";
import { makeGroup, makeHit } from "./hit-row.ts";

/** Reuses rows that stay, so that they keep the focus. */
export function drawResults(
  results: HTMLElement,
  groups: readonly HitGroup[],
  drawn: Map<string, HTMLLIElement>,
): void {
  const hits = groups.flatMap((group) => group.hits);
  const wanted = new Set(hits.map(cursorKey));
  for (const [key, row] of drawn) if (!wanted.has(row.dataset.key ?? "")) drawn.delete(key);
  const known = new Map(
    [...results.children].map((one) => [(one as HTMLElement).dataset.key, one]),
  );
  const sections = groups.map((group) => {
    const section = (known.get(group.key) as HTMLElement | undefined) ?? makeGroup(group);
    const rows = group.hits.map((hit) => {
      const row = drawn.get(hitKey(hit)) ?? makeHit(hit);
      row.dataset.key = cursorKey(hit);
      drawn.set(hitKey(hit), row);
      return row;
    });
    putInOrder(section.querySelector("ul") as HTMLElement, rows);
    collapseRest(section);
    return section;
  });
  putInOrder(results, sections);
}

const hitKey = ({ session_id: sessionId, seq }: SearchHit): string => `${sessionId} ${seq}`;

/** One event and its marked words. */
const cursorKey = (hit: SearchHit): string => `${hitKey(hit)} ${hit.snippet.join("\u0001")}`;
