/** The search page: one field, and hits grouped by session; each links to its moment in the replay. */
import { type KultiApi, watchLobby } from "kulti/watch";
import { element } from "../frame/element.ts";
import { wireTheme } from "../frame/theme-button.ts";
import { loadApi } from "../visit/config.ts";
import { expand } from "./collapse.ts";
import { wireControls } from "./controls.ts";
import { groupHits } from "./groups.ts";
import { listenToKeys } from "./keyboard.ts";
import { drawMore, drawNotice, say } from "./notice.ts";
import { drawResults } from "./results.ts";
import { queryOf, type SearchForm } from "./search-form.ts";
import { createSearcher, type SearchState } from "./searcher.ts";

const pageRows = 20;
const typingMs = 200;
/** The page loads more results when their place is within this distance below the window. */
const aheadPx = 600;

export function openSearch(): void {
  const field = element("q", HTMLInputElement);
  const main = element("main", HTMLElement);
  const results = element("results", HTMLElement);
  let api: KultiApi | undefined;
  const drawn = new Map<string, HTMLLIElement>();

  const searcher = createSearcher({
    async search(query, signal) {
      api ??= followChanges(await loadApi());
      return api.searchEvents({ ...query, max_rows: pageRows }, signal);
    },
    show: (state) => draw(state),
  });

  /** Removes hits whose session is no longer public. */
  const followChanges = (foundApi: KultiApi): KultiApi => {
    const nothing = () => {};
    const changed = (agentId: string) => searcher.forget(agentId);
    watchLobby({
      api: foundApi,
      handlers: { head: nothing, changed, connection: nothing, refresh: nothing },
    });
    return foundApi;
  };

  const controls = wireControls((form, isTyping) => {
    main.ariaBusy = "true";
    searcher.ask(queryOf(form, new Date()), isTyping ? typingMs : 0);
  });

  let hasMore = false;
  const draw = (state: SearchState) => {
    document.title = titleOf(controls.form());
    main.ariaBusy = String(state.kind === "searching");
    main.dataset.state = state.kind;
    main.dataset.agent = controls.form().agent === "" ? "any" : "one";
    element("guide", HTMLElement).hidden = state.kind !== "idle";
    const hits = "hits" in state ? state.hits : [];
    drawResults(results, groupHits(hits, pageRows), drawn);
    drawNotice(state, controls.form());
    drawMore(state);
    hasMore = state.kind === "found" && state.more === "maybe";
    say(state);
    if (hits.length > 0) controls.offerAgents(hits.map(({ agent_id: agentId }) => agentId));
    // A short page is the last one, or all that one search found in its time: ask for more at once.
    if (hasMore && hits.length < pageRows) searcher.more();
  };

  element("more", HTMLButtonElement).addEventListener("click", () => searcher.more());
  element("retry", HTMLButtonElement).addEventListener("click", () => searcher.retry());
  element("widen", HTMLButtonElement).addEventListener("click", () =>
    element("clear-filters", HTMLButtonElement).click(),
  );
  results.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    const only = target.closest<HTMLElement>(".group-only");
    if (only?.dataset.agentId) controls.set({ agent: only.dataset.agentId });
    const group = target.closest(".group-rest")?.closest<HTMLElement>(".hit-group");
    if (group) expand(group);
  });
  // Only scrolling loads more: collapsed hits of one session would never fill the window.
  const scrolled = () => {
    const below = document.documentElement.scrollHeight - innerHeight - scrollY;
    if (hasMore && below < aheadPx) searcher.more();
  };
  addEventListener("scroll", scrolled, { passive: true });
  listenToKeys({ field, results, clear: () => controls.set({ text: "" }) });
  wireTheme();
  field.focus();
  searcher.ask(queryOf(controls.form(), new Date()));
}

const titleOf = ({ text }: SearchForm): string =>
  text.trim() === "" ? "Search · Kulti" : `${text.trim().slice(0, 80)} · Search · Kulti`;
