import { avatar_source } from "../player/avatar-source.ts";
import { initials_of } from "../player/initials.ts";

/** Shows the initials, and the picture once it is there, where it may be loaded. */
export function fill_avatar(element: HTMLElement, name: string, avatar_url: string | null): void {
  const url = avatar_source(avatar_url);
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
