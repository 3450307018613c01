/** Reads of the events found what the search does not answer: the type of a thought, the command of an output. */
import type { SearchHit } from "@kulti/protocol";
import type { SiteConfig } from "../player/config.ts";
import type { HitFacts } from "./dress.ts";

export const fact_key = ({ session_id, seq }: Pick<SearchHit, "session_id" | "seq">): string =>
  `${session_id} ${seq}`;

/** One request for all; what can't be read is left out, since a hit can be shown without. */
export async function read_facts(
  { api_url, publishable_key }: SiteConfig,
  hits: readonly SearchHit[],
): Promise<Map<string, HitFacts>> {
  const wanted = hits.filter(({ type }) => type === "thought" || type === "terminal");
  if (wanted.length === 0) return new Map();
  const sessions = Map.groupBy(wanted, ({ session_id }) => session_id);
  const conditions = [...sessions].map(
    ([session_id, found]) =>
      `and(session_id.eq.${session_id},seq.in.(${found.map(({ seq }) => seq).join(",")}))`,
  );
  const query = new URLSearchParams({
    select: "session_id,seq,thought_type:data->>thought_type,command:data->>command",
    or: `(${conditions.join(",")})`,
  });
  const response = await fetch(`${api_url}/rest/v1/ai_stream_events?${query}`, {
    headers: { apikey: publishable_key },
  }).catch(() => null);
  if (!response?.ok) return new Map();
  const rows = (await response.json()) as (HitFacts & { session_id: string; seq: number })[];
  return new Map(rows.map((row) => [fact_key(row), row]));
}
