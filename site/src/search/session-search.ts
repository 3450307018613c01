/** Search inside one session, also an unlisted one. */
import type { SearchHit, SearchQuery } from "@kulti/protocol";
import { load_api } from "../player/config.ts";
import { create_searcher, type Searcher, type SearchState } from "./searcher.ts";
import { no_wish, query_of } from "./wish.ts";

export type { SearchState };

const page_rows = 20;

/** Server calls that this needs, as `load_api` gives them. */
export interface SearchApi {
  search_events(query: SearchQuery, signal?: AbortSignal): Promise<SearchHit[]>;
}

/** One page of hits, the best first; a page behind another by the cursor of its last hit. Throws `KultiApiError`. */
export function search_in_session(
  api: SearchApi,
  session_id: string,
  query: SearchQuery,
  signal?: AbortSignal,
): Promise<SearchHit[]> {
  return api.search_events({ ...query, session_id, max_rows: page_rows }, signal);
}

export interface SessionSearcher extends Omit<Searcher, "ask"> {
  /** Blank text: nothing is looked for. */
  ask(text: string, wait_ms?: number): void;
}

/** The server is found with the first question. */
export function create_session_searcher(
  session_id: string,
  show: (state: SearchState) => void,
): SessionSearcher {
  let api: SearchApi | undefined;
  const searcher = create_searcher({
    async search(query, signal) {
      api ??= await load_api();
      return search_in_session(api, session_id, query, signal);
    },
    show,
  });
  return {
    ...searcher,
    ask: (text, wait_ms) => searcher.ask(query_of({ ...no_wish, text }, new Date()), wait_ms),
  };
}
