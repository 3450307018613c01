/** Asks the server while the viewer types: one request at a time, only the last query counts, then page by page. */
import type { SearchHit, SearchQuery } from "@kulti/protocol";
import { KultiApiError } from "kulti/watch";
import { beginningOf, refusalOf } from "./search-form.ts";

export interface Found {
  kind: "found";
  hits: readonly SearchHit[];
  more: "maybe" | "loading" | "none" | "failed";
  /** No result contains the last word itself; these contain words that start with it. */
  isBeginning: boolean;
}

export type SearchState =
  | { kind: "idle" }
  /** The first page is loading; `hits` are those of the previous query. */
  | { kind: "searching"; hits: readonly SearchHit[] }
  | Found
  /** The same query would fail again. */
  | { kind: "refused"; message: string }
  /** Retries automatically, unless the search took too long. */
  | { kind: "failed"; message: string };

export interface Searcher {
  /** Null: no search. Waits until `waitMs` (default 0) have passed without another query. */
  ask(query: SearchQuery | null, waitMs?: number): void;
  more(): void;
  retry(): void;
  /** Drops the hits of an agent: some are no longer public. */
  forget(agentId: string): void;
  stop(): void;
}

export interface SearcherOptions {
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchHit[]>;
  /** Called with each new state. */
  show(state: SearchState): void;
}

/** Retries as other pages do: with jitter, so that they don't all come at once. */
const retryMs = () => 4_000 + Math.random() * 2_000;

export function createSearcher({ search, show }: SearcherOptions): Searcher {
  let state: SearchState = { kind: "idle" };
  let asked: SearchQuery | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = new AbortController();

  const change = (next: SearchState) => {
    state = next;
    show(next);
  };
  const abandon = () => {
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
  };

  const begin = async (query: SearchQuery, isRetry = false) => {
    const { signal } = running;
    // Keeps the failure's message until a request has succeeded.
    if (!isRetry) change({ kind: "searching", hits: "hits" in state ? state.hits : [] });
    try {
      let hits = await search(query, signal);
      const beginning = hits.length === 0 ? beginningOf(query) : null;
      if (beginning) hits = await search(beginning, signal);
      if (signal.aborted) return;
      if (beginning) asked = beginning;
      const isBeginning = beginning !== null && hits.length > 0;
      change({ kind: "found", hits, more: hits.length > 0 ? "maybe" : "none", isBeginning });
    } catch (error) {
      if (signal.aborted) return;
      change(stateOf(error));
      if (isPassing(error)) timer = setTimeout(() => void begin(query, true), retryMs());
    }
  };

  const searcher: Searcher = {
    ask(query, waitMs = 0) {
      abandon();
      asked = query;
      if (!query) return change({ kind: "idle" });
      const message = refusalOf(query);
      if (message) return change({ kind: "refused", message });
      if (waitMs === 0) return void begin(query);
      timer = setTimeout(() => void begin(query), waitMs);
    },
    async more() {
      clearTimeout(timer);
      if (state.kind !== "found" || !asked || !/maybe|failed/.test(state.more)) return;
      const before = state;
      const { hits } = before;
      const { signal } = running;
      const cursor = hits.at(-1)?.cursor;
      change({ ...before, more: "loading" });
      try {
        const page = await search({ ...asked, ...(cursor && { cursor }) }, signal);
        const more = page.length > 0 ? "maybe" : "none";
        if (!signal.aborted) change({ ...before, hits: [...hits, ...page], more });
      } catch (error) {
        if (signal.aborted) return;
        change({ ...before, more: "failed" });
        if (isPassing(error)) timer = setTimeout(() => void searcher.more(), retryMs());
      }
    },
    retry() {
      abandon();
      if (asked) void begin(asked);
    },
    forget(agentId) {
      // The pending answer may have been read before the change.
      if (state.kind === "searching" && asked) {
        abandon();
        state = { ...state, hits: without(state.hits, agentId) };
        return void begin(asked);
      }
      if (state.kind !== "found") return;
      const hits = without(state.hits, agentId);
      if (state.more === "loading") abandon();
      const more = state.more === "loading" ? "maybe" : state.more;
      if (hits.length < state.hits.length || more !== state.more) {
        change({ ...state, hits, more: hits.length === 0 ? "none" : more });
      }
    },
    stop: abandon,
  };
  return searcher;
}

const without = (hits: readonly SearchHit[], agentId: string) =>
  hits.filter((hit) => hit.agent_id !== agentId);

/** Postgres' own code for a statement that took too long. */
const queryCanceled = "57014";

/** A search that took too long would take just as long again. */
const isTooSlow = (error: unknown): boolean =>
  error instanceof KultiApiError && (error.code === "unavailable" || error.code === queryCanceled);

const isPassing = (error: unknown): boolean =>
  !(error instanceof KultiApiError) || (error.mayPass && !isTooSlow(error));

function stateOf(error: unknown): SearchState {
  const { code, status, message } =
    error instanceof KultiApiError ? error : { code: "unreachable", status: 0, message: "" };
  if (isTooSlow(error)) {
    return {
      kind: "failed",
      message: "The search took too long, or too many are running. Try a rarer word or a filter.",
    };
  }
  if (status === 0) return { kind: "failed", message: "The server can't be reached. Retrying." };
  if (code === "session_not_found") {
    return {
      kind: "refused",
      message: "This session can't be searched: it no longer exists.",
    };
  }
  if (!isPassing(error)) return { kind: "refused", message };
  return { kind: "failed", message: "The server could not search just now. Retrying." };
}
