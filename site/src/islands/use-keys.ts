import { useEffect, useRef } from "react";
import { action_of, is_typed_into } from "../player/keys.ts";
import { usePlayer } from "./stage-context.ts";

/** What means something to the element that has the focus is left alone. */
const presses = "button, a, summary, [role=switch]";
const press_keys = new Set([" ", "Enter"]);
const scroll_keys = new Set([" ", "Home", "End", "PageUp", "PageDown"]);

export function useKeys(show_help: () => void): void {
  const player = usePlayer();
  const help = useRef(show_help);
  help.current = show_help;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]"))
        return;
      if (belongs_elsewhere(event)) return;
      const action = action_of(event);
      if (!action) return;
      event.preventDefault();
      if (action.kind === "help") help.current();
      else if (action.kind === "fullscreen") toggle_fullscreen();
      else player.send(action);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player]);
}

function belongs_elsewhere({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (is_typed_into(target)) return true;
  if (press_keys.has(key) && target.closest(presses)) return true;
  const scroller = target.closest("[data-scroller]");
  if (!scroller) return false;
  const scrolls_sideways = scroller.scrollWidth > scroller.clientWidth;
  return scroll_keys.has(key) || (scrolls_sideways && key.startsWith("Arrow"));
}

function toggle_fullscreen(): void {
  const done = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  // Refused where the page is embedded without leave: then it stays as it is.
  done.catch(() => {});
}
