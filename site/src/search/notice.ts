/** What is said beside the results: that there are none, that none can be had, that there are more. */
import { element, write } from "../frame/element.ts";
import type { SearchState } from "./searcher.ts";
import { is_narrowed, type Wish } from "./wish.ts";

export function draw_notice(state: SearchState, wish: Wish): void {
  const notice = element("notice", HTMLElement);
  const is_empty = state.kind === "found" && state.hits.length === 0;
  const has_message = state.kind === "refused" || state.kind === "failed";
  notice.hidden = !is_empty && !has_message;
  notice.dataset.kind = state.kind;
  element("widen", HTMLElement).hidden = !is_empty || !is_narrowed(wish);
  element("retry", HTMLElement).hidden = state.kind !== "failed";
  element("notice-text", HTMLElement).textContent = is_empty
    ? nothing_text(wish)
    : has_message
      ? state.message
      : "";
}

function nothing_text(wish: Wish): string {
  const text = wish.text.trim();
  if (is_narrowed(wish)) return `Nothing that matches “${text}” was found within these filters.`;
  if (/[*"]|\s-/.test(text)) return `Nothing that matches “${text}” was found.`;
  return `Nothing that matches “${text}” was found; a star finds beginnings, as in “${text}*”.`;
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
