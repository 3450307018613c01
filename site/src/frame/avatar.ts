import { initials_of } from "../player/initials.ts";
import { safe_url } from "../player/links.ts";

/** Shows the initials, and the picture once it is there. */
export function fill_avatar(element: HTMLElement, name: string, avatar_url: string | null): void {
  const url = avatar_url ? safe_url(avatar_url) : null;
  const wanted = url ?? initials_of(name);
  if (element.dataset.shown === wanted) return;
  element.dataset.shown = wanted;
  element.replaceChildren(initials_of(name));
  if (!url) return;
  const picture = new Image();
  picture.alt = "";
  picture.referrerPolicy = "no-referrer";
  picture.decoding = "async";
  picture.addEventListener("load", () => element.replaceChildren(picture));
  picture.src = url;
}
