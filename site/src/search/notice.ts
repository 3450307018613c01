/** What is said beside the results: that there are none, that none can be had, that there are more. */
import { element, write } from "../frame/element.ts";
import type { SearchState } from "./searcher.ts";
import { is_narrowed, type Wish } from "./wish.ts";

export function draw_notice(state: SearchState, wish: Wish): void {
  const notice = element("notice", HTMLElement);
  const is_empty = state.kind === "found" && state.hits.length === 0;
  const has_message = state.kind === "refused" || state.kind === "failed";
  const is_beginning = state.kind === "found" && state.is_beginning;
  notice.hidden = !is_empty && !has_message && !is_beginning;
  notice.dataset.kind = state.kind;
  element("widen", HTMLElement).hidden = !is_empty || !is_narrowed(wish);
  element("retry", HTMLElement).hidden = state.kind !== "failed";
  element("notice-text", HTMLElement).textContent = has_message
    ? state.message
    : is_beginning
      ? beginning_text(wish.text)
      : nothing_text(wish);
}

/** Also said by the search inside a session. */
export const beginning_text = (text: string): string =>
  `Nothing has the word “${text.trim().split(/\s+/).at(-1)}” itself; these have words that begin with it.`;

function nothing_text(wish: Wish): string {
  const within = is_narrowed(wish) ? " within these filters" : "";
  return `Nothing that matches “${wish.text.trim()}” was found${within}.`;
}

export function draw_more(state: SearchState): void {
  const more = element("more", HTMLButtonElement);
  const is_found = state.kind === "found" && state.hits.length > 0;
  more.hidden = !is_found || state.more === "none";
  more.disabled = is_found && state.more === "loading";
  more.textContent =
    is_found && state.more === "failed" ? "The next results can't be read. Try again" : "More";
  element("end", HTMLElement).hidden = !is_found || state.more !== "none";
}

/** For who can't see the list: what has come, in one short sentence. */
export function say(state: SearchState): void {
  const said = element("said", HTMLElement);
  if (state.kind === "idle") write(said, "");
  if (state.kind !== "found" || state.hits.length === 0 || state.more === "loading") return;
  const { length } = state.hits;
  const text = length === 1 ? "1 result shown." : `${length} results shown.`;
  write(said, text);
}
