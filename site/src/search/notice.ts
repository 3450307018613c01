/** The text beside the results: no results, a failure, or a button for more. */
import { element, write } from "../frame/element.ts";
import { isNarrowed, type SearchForm } from "./search-form.ts";
import type { SearchState } from "./searcher.ts";

export function drawNotice(state: SearchState, form: SearchForm): void {
  const notice = element("notice", HTMLElement);
  const isEmpty = state.kind === "found" && state.hits.length === 0;
  const hasMessage = state.kind === "refused" || state.kind === "failed";
  const isBeginning = state.kind === "found" && state.isBeginning;
  notice.hidden = !isEmpty && !hasMessage && !isBeginning;
  notice.dataset.kind = state.kind;
  element("widen", HTMLElement).hidden = !isEmpty || !isNarrowed(form);
  element("retry", HTMLElement).hidden = state.kind !== "failed";
  element("notice-text", HTMLElement).textContent = hasMessage
    ? state.message
    : isBeginning
      ? beginningText(form.text)
      : nothingText(form);
}

/** The search inside a session uses it too. */
export const beginningText = (text: string): string =>
  `Nothing contains the word “${text.trim().split(/\s+/).at(-1)}”; these results contain words that start with it.`;

function nothingText(form: SearchForm): string {
  const within = isNarrowed(form) ? " within these filters" : "";
  return `Nothing matches “${form.text.trim()}”${within}.`;
}

export function drawMore(state: SearchState): void {
  const more = element("more", HTMLButtonElement);
  const isFound = state.kind === "found" && state.hits.length > 0;
  more.hidden = !isFound || state.more === "none";
  more.disabled = isFound && state.more === "loading";
  more.textContent =
    isFound && state.more === "failed" ? "More results can't be loaded. Try again" : "More";
  element("end", HTMLElement).hidden = !isFound || state.more !== "none";
}

/** For screen readers: the number of results in one short sentence. */
export function say(state: SearchState): void {
  const said = element("said", HTMLElement);
  if (state.kind === "idle") write(said, "");
  if (state.kind !== "found" || state.hits.length === 0 || state.more === "loading") return;
  const { length } = state.hits;
  const text = length === 1 ? "1 result shown." : `${length} results shown.`;
  write(said, text);
}
