/** The search page: one field, what was found under its sessions, each hit a link to its second in the replay. */
import { type KultiApi, watchLobby } from "kulti/watch";
import { element } from "../frame/element.ts";
import { wire_theme } from "../frame/theme-button.ts";
import { load_api } from "../player/config.ts";
import { wire_controls } from "./controls.ts";
import { unfold } from "./fold.ts";
import { group_hits } from "./groups.ts";
import { wire_keys } from "./keys.ts";
import { draw_more, draw_notice, say } from "./notice.ts";
import { draw_results } from "./results.ts";
import { create_searcher, type SearchState } from "./searcher.ts";
import { query_of, type Wish } from "./wish.ts";

const page_rows = 20;
const typing_ms = 200;
/** The next page is read while its place is still this far below the window. */
const ahead_px = 600;

export function open_search(): void {
  const field = element("q", HTMLInputElement);
  const main = element("main", HTMLElement);
  const results = element("results", HTMLElement);
  let api: KultiApi | undefined;
  const drawn = new Map<string, HTMLLIElement>();

  const searcher = create_searcher({
    async search(query, signal) {
      api ??= follow_changes(await load_api());
      return api.search_events({ ...query, max_rows: page_rows }, signal);
    },
    show: (state) => draw(state),
  });

  /** What was found must not outlive its being public. */
  const follow_changes = (found_api: KultiApi): KultiApi => {
    const nothing = () => {};
    const changed = (agent_id: string) => searcher.forget(agent_id);
    watchLobby({
      api: found_api,
      handlers: { head: nothing, changed, connection: nothing, refresh: nothing },
    });
    return found_api;
  };

  const controls = wire_controls((wish, is_typing) => {
    main.ariaBusy = "true";
    searcher.ask(query_of(wish, new Date()), is_typing ? typing_ms : 0);
  });

  let has_more = false;
  const draw = (state: SearchState) => {
    document.title = title_of(controls.wish());
    main.ariaBusy = String(state.kind === "searching");
    main.dataset.state = state.kind;
    main.dataset.agent = controls.wish().agent === "" ? "any" : "one";
    element("guide", HTMLElement).hidden = state.kind !== "idle";
    const hits = "hits" in state ? state.hits : [];
    draw_results(results, group_hits(hits, page_rows), drawn);
    draw_notice(state, controls.wish());
    draw_more(state);
    has_more = state.kind === "found" && state.more === "maybe";
    say(state);
    if (hits.length > 0) controls.offer_agents(hits.map(({ agent_id }) => agent_id));
    // A short page is the last one, or all that was found in the time of one search: it is looked for more at once.
    if (has_more && hits.length < page_rows) searcher.more();
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
    if (group) unfold(group);
  });
  // Only scrolling asks for more: a session whose hits are folded would never fill the window.
  const scrolled = () => {
    const below = document.documentElement.scrollHeight - innerHeight - scrollY;
    if (has_more && below < ahead_px) searcher.more();
  };
  addEventListener("scroll", scrolled, { passive: true });
  wire_keys({ field, results, clear: () => controls.set({ text: "" }) });
  wire_theme();
  field.focus();
  searcher.ask(query_of(controls.wish(), new Date()));
}

const title_of = ({ text }: Wish): string =>
  text.trim() === "" ? "Search · Kulti" : `${text.trim().slice(0, 80)} · Search · Kulti`;
