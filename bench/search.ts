/** Search over a million events: the first page through the Data API, one request after the other. */
import { agents, sample, seed } from "./search-seed.ts";
import { type Summary, summarize } from "./statistics.ts";
import type { Target } from "./target.ts";

export interface SearchLoad {
  /** The number of events to search. */
  events: number;
}

export interface SearchClass extends Summary {
  name: string;
  /** Hits of an average first page. */
  hits: number;
  /** Searches that ended with 503 because they did not finish in time. */
  refused: number;
}

export interface SearchResult {
  load: SearchLoad;
  /** Seconds; 0 if the events were already there. */
  seededS: number;
  classes: SearchClass[];
}

type Query = { query: string } & Record<string, unknown>;

export async function measureSearch(
  target: Target,
  dbUrl: string,
  load: SearchLoad,
): Promise<SearchResult> {
  const seededS = await seed(dbUrl, load.events);
  const { common, middling, rare, identifiers, paths, pairs } = await sample(dbUrl);
  const ofAgent = (query: string, n: number) => ({
    query,
    agent_id: `bench-search-${n % agents}`,
  });
  const plain = (query: string): Query => ({ query });
  const classes: [string, Query[]][] = [
    ["rare word", rare.map(plain)],
    ["common word", common.map(plain)],
    ["word of middling frequency", middling.map(plain)],
    ["common and middling word", common.map((word, n) => plain(`${word} ${middling[n]}`))],
    ["phrase", pairs.map((pair) => plain(`"${pair}"`))],
    ["identifier", identifiers.map(plain)],
    ["path", paths.map(plain)],
    ["by agent, common word", common.map(ofAgent)],
    ["by agent, rare word", rare.map(ofAgent)],
    ["by type and month", common.map((query, n) => ({ query, type: "error", ...month(n % 6) }))],
    ["by file", common.map((query, n) => ({ query, filename: `file${n % 13}.ts` }))],
    ["beginning of a word", common.map((word) => plain(`${word.slice(0, 3)}*`))],
    ["excluded word", common.map((word, n) => plain(`${word} -${common[(n + 1) % 30]}`))],
    ["word in no event", common.map((_, n) => plain(`nowhere${n}`))],
    ["word in old events only", common.map((_, n) => ({ query: "bygone", max_rows: 20 + n }))],
  ];
  const results: SearchClass[] = [];
  for (const [name, queries] of classes) {
    const timesMs: number[] = [];
    let hits = 0;
    let refused = 0;
    for (const query of [queries[0] as Query, ...queries]) {
      const begun = performance.now();
      const found = await search(target, query);
      timesMs.push(performance.now() - begun);
      if (found) hits += found.length;
      else refused += 1;
    }
    results.push({
      name,
      hits: hits / timesMs.length,
      refused,
      ...summarize(timesMs.slice(1)),
    });
  }
  return { load, seededS, classes: results };
}

const month = (n: number) => ({
  from_at: new Date(Date.UTC(2026, n, 1)).toISOString(),
  to_at: new Date(Date.UTC(2026, n + 1, 1)).toISOString(),
});

async function search(
  { api_url: apiUrl, publishable_key: publishableKey }: Target,
  query: Query,
): Promise<unknown[] | null> {
  const response = await fetch(`${apiUrl}/rest/v1/rpc/search_events`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: publishableKey },
    body: JSON.stringify(query),
  });
  const reply = await response.json();
  if (response.status === 503) return null;
  if (!response.ok) {
    throw new Error(`Search for ${JSON.stringify(query)}: ${response.status} ${reply.message}`);
  }
  return reply;
}
