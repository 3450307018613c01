/** Search inside one session, including an unlisted one. */
import type { SearchHit, SearchQuery } from "@kulti/protocol";
import { loadApi } from "../visit/config.ts";
import { emptyForm, queryOf } from "./search-form.ts";
import { createSearcher, type Searcher, type SearchState } from "./searcher.ts";

export type { SearchState };

const pageRows = 20;

/** The server calls that the search needs, from `loadApi`. */
export interface SearchApi {
  searchEvents(query: SearchQuery, signal?: AbortSignal): Promise<SearchHit[]>;
}

/** One page of hits, best first; the cursor of the last hit asks for the next page. Throws `KultiApiError`. */
function searchInSession(
  api: SearchApi,
  sessionId: string,
  query: SearchQuery,
  signal?: AbortSignal,
): Promise<SearchHit[]> {
  return api.searchEvents({ ...query, session_id: sessionId, max_rows: pageRows }, signal);
}

export interface SessionSearcher extends Omit<Searcher, "ask"> {
  /** Blank text: no search. */
  ask(text: string, waitMs?: number): void;
}

/** The first query finds the server's address. */
export function createSessionSearcher(
  sessionId: string,
  show: (state: SearchState) => void,
): SessionSearcher {
  let api: SearchApi | undefined;
  const searcher = createSearcher({
    async search(query, signal) {
      api ??= await loadApi();
      return searchInSession(api, sessionId, query, signal);
    },
    show,
  });
  return {
    ...searcher,
    ask: (text, waitMs) => searcher.ask(queryOf({ ...emptyForm, text }, new Date()), waitMs),
  };
}
