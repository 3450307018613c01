/** Asks the server while the viewer types: one question at a time, the last one counts, and then page by page. */
import type { SearchHit, SearchQuery } from "@kulti/protocol";
import { KultiApiError } from "kulti/watch";
import { beginning_of, refusal_of } from "./wish.ts";

export interface Found {
  kind: "found";
  hits: readonly SearchHit[];
  more: "maybe" | "loading" | "none" | "failed";
  /** Nothing had the last word itself: these have words that begin with it. */
  is_beginning: boolean;
}

export type SearchState =
  | { kind: "idle" }
  /** The first page is on its way; `hits` are those of the question before. */
  | { kind: "searching"; hits: readonly SearchHit[] }
  | Found
  /** Asking the same again is of no use. */
  | { kind: "refused"; message: string }
  | { kind: "failed"; message: string };

export interface Searcher {
  /** Null: nothing is looked for. Waits for `wait_ms` without another question, default 0. */
  ask(query: SearchQuery | null, wait_ms?: number): void;
  more(): void;
  retry(): void;
  stop(): void;
}

export interface SearcherOptions {
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchHit[]>;
  /** Called with each new state. */
  show(state: SearchState): void;
}

export function create_searcher({ search, show }: SearcherOptions): Searcher {
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

  const begin = async (query: SearchQuery) => {
    const { signal } = running;
    change({ kind: "searching", hits: "hits" in state ? state.hits : [] });
    try {
      let hits = await search(query, signal);
      const beginning = hits.length === 0 ? beginning_of(query) : null;
      if (beginning) hits = await search(beginning, signal);
      if (signal.aborted) return;
      if (beginning) asked = beginning;
      const is_beginning = beginning !== null && hits.length > 0;
      change({ kind: "found", hits, more: hits.length > 0 ? "maybe" : "none", is_beginning });
    } catch (error) {
      if (!signal.aborted) change(state_of(error));
    }
  };

  return {
    ask(query, wait_ms = 0) {
      abandon();
      asked = query;
      if (!query) return change({ kind: "idle" });
      const message = refusal_of(query);
      if (message) return change({ kind: "refused", message });
      if (wait_ms === 0) return void begin(query);
      timer = setTimeout(() => void begin(query), wait_ms);
    },
    async more() {
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
      } catch {
        if (!signal.aborted) change({ ...before, more: "failed" });
      }
    },
    retry() {
      abandon();
      if (asked) void begin(asked);
    },
    stop: abandon,
  };
}

/** Postgres' own code for a statement that took too long. */
const query_canceled = "57014";

function state_of(error: unknown): SearchState {
  const { code, status, message } =
    error instanceof KultiApiError ? error : { code: "unreachable", status: 0, message: "" };
  if (code === "unavailable" || code === query_canceled) {
    return {
      kind: "failed",
      message:
        "The search took too long and was stopped; a rarer word or a filter makes it quicker.",
    };
  }
  if (status === 0) return { kind: "failed", message: "The server can't be reached." };
  if (code === "session_not_found") {
    return {
      kind: "refused",
      message: "This session can't be searched: it is not there any more.",
    };
  }
  if (status < 500) return { kind: "refused", message };
  return { kind: "failed", message: "The server could not search just now." };
}
