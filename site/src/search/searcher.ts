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
  /** Asked again without being told to, unless that would take too long again. */
  | { kind: "failed"; message: string };

export interface Searcher {
  /** Null: nothing is looked for. Waits for `wait_ms` without another question, default 0. */
  ask(query: SearchQuery | null, wait_ms?: number): void;
  more(): void;
  retry(): void;
  /** Drops what was found of an agent: some of it is no longer public. */
  forget(agent_id: string): void;
  stop(): void;
}

export interface SearcherOptions {
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchHit[]>;
  /** Called with each new state. */
  show(state: SearchState): void;
}

/** As other pages do, and not all of them at once. */
const retry_ms = () => 4_000 + Math.random() * 2_000;

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

  const begin = async (query: SearchQuery, is_retry = false) => {
    const { signal } = running;
    // What failed stays to be read until it is known that it passed.
    if (!is_retry) change({ kind: "searching", hits: "hits" in state ? state.hits : [] });
    try {
      let hits = await search(query, signal);
      const beginning = hits.length === 0 ? beginning_of(query) : null;
      if (beginning) hits = await search(beginning, signal);
      if (signal.aborted) return;
      if (beginning) asked = beginning;
      const is_beginning = beginning !== null && hits.length > 0;
      change({ kind: "found", hits, more: hits.length > 0 ? "maybe" : "none", is_beginning });
    } catch (error) {
      if (signal.aborted) return;
      change(state_of(error));
      if (is_passing(error)) timer = setTimeout(() => void begin(query, true), retry_ms());
    }
  };

  const searcher: Searcher = {
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
        if (is_passing(error)) timer = setTimeout(() => void searcher.more(), retry_ms());
      }
    },
    retry() {
      abandon();
      if (asked) void begin(asked);
    },
    forget(agent_id) {
      // The answer on its way may have been read before.
      if (state.kind === "searching" && asked) {
        abandon();
        state = { ...state, hits: without(state.hits, agent_id) };
        return void begin(asked);
      }
      if (state.kind !== "found") return;
      const hits = without(state.hits, agent_id);
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

const without = (hits: readonly SearchHit[], agent_id: string) =>
  hits.filter((hit) => hit.agent_id !== agent_id);

/** Postgres' own code for a statement that took too long. */
const query_canceled = "57014";

/** A search that took too long would take as long again. */
const is_too_slow = (error: unknown): boolean =>
  error instanceof KultiApiError && (error.code === "unavailable" || error.code === query_canceled);

const is_passing = (error: unknown): boolean =>
  !(error instanceof KultiApiError) || (error.may_pass && !is_too_slow(error));

function state_of(error: unknown): SearchState {
  const { code, status, message } =
    error instanceof KultiApiError ? error : { code: "unreachable", status: 0, message: "" };
  if (is_too_slow(error)) {
    return {
      kind: "failed",
      message:
        "The search took too long, or too many run at once; a rarer word or a filter makes it quicker.",
    };
  }
  if (status === 0) return { kind: "failed", message: "The server can't be reached. Retrying." };
  if (code === "session_not_found") {
    return {
      kind: "refused",
      message: "This session can't be searched: it is not there any more.",
    };
  }
  if (!is_passing(error)) return { kind: "refused", message };
  return { kind: "failed", message: "The server could not search just now. Retrying." };
}
