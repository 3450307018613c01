/** The keyboard: `/` goes to the field, arrows move through the hits, Escape goes back and clears. Enter opens a link. */
import { isTextEntry } from "../frame/text-entry.ts";

export interface KeyTargets {
  field: HTMLInputElement;
  /** Contains the hits; each is one link. */
  results: HTMLElement;
  clear(): void;
}

export function listenToKeys({ field, results, clear }: KeyTargets): void {
  document.addEventListener("keydown", (event) => {
    if (moveThroughHits(event, field, results)) return;
    const at = document.activeElement;
    if (hasModifier(event)) return;
    if (event.key === "/" && !isTextEntry(at)) {
      event.preventDefault();
      focusField(field);
    } else if (event.key === "Escape" && at === field) {
      event.preventDefault();
      clear();
    } else if (event.key === "Escape" && at && results.contains(at)) {
      focusField(field);
    }
  });
}

/** Moves up and down between the field and the visible hits; false if the key means something else. */
export function moveThroughHits(
  event: KeyboardEvent,
  field: HTMLInputElement,
  results: HTMLElement,
): boolean {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || hasModifier(event)) return false;
  const at = document.activeElement;
  const hits = [...results.querySelectorAll<HTMLAnchorElement>(".hit:not([hidden]) a.hit-link")];
  const index = hits.indexOf(at as HTMLAnchorElement);
  if (index < 0 && at !== field) return false;
  event.preventDefault();
  const hit = hits[index + step];
  if (hit) {
    hit.focus({ preventScroll: true });
    hit.scrollIntoView({ block: "nearest" });
  } else if (index + step < 0) {
    focusField(field);
    scrollTo({ top: 0 });
  }
  return true;
}

function focusField(field: HTMLInputElement): void {
  field.focus();
  field.select();
}

const hasModifier = ({ ctrlKey, metaKey, altKey, isComposing }: KeyboardEvent): boolean =>
  ctrlKey || metaKey || altKey || isComposing;
