import { initialsOf } from "../text/initials.ts";
import { avatarSource } from "../visit/avatar-source.ts";

/** Shows the initials, then the picture when it has loaded, if its host is allowed. */
export function fillAvatar(element: HTMLElement, name: string, avatarUrl: string | null): void {
  const url = avatarSource(avatarUrl);
  const wanted = url ?? initialsOf(name);
  if (element.dataset.shown === wanted) return;
  element.dataset.shown = wanted;
  element.replaceChildren(initialsOf(name));
  if (!url) return;
  const picture = new Image();
  picture.alt = "";
  picture.referrerPolicy = "no-referrer";
  picture.decoding = "async";
  picture.addEventListener("load", () => element.replaceChildren(picture));
  picture.src = url;
}
