import { initialsOf } from "../text/initials.ts";
import { avatarSource } from "../visit/avatar-source.ts";

/** Shows the initials, and the picture once it is there, where it may be loaded. */
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
