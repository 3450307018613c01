import { actionOf } from "kulti/player";
import { useEffect, useRef } from "react";
import { isTextEntry } from "../../frame/text-entry.ts";
import { usePlayer } from "./stage-context.ts";

/** Ignores keys that the focused element handles itself. */
const presses = "button, a, summary, [role=switch]";
const pressKeys = new Set([" ", "Enter"]);
const scrollKeys = new Set([" ", "Home", "End", "PageUp", "PageDown"]);

export function useKeys(showHelp: () => void): void {
  const player = usePlayer();
  const help = useRef(showHelp);
  help.current = showHelp;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]"))
        return;
      if (belongsElsewhere(event)) return;
      const action = actionOf(event);
      if (!action) return;
      event.preventDefault();
      if (action.kind === "help") help.current();
      else if (action.kind === "fullscreen") toggleFullscreen();
      else player.send(action);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player]);
}

function belongsElsewhere({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (isTextEntry(target)) return true;
  if (pressKeys.has(key) && target.closest(presses)) return true;
  const scroller = target.closest("[data-scroller]");
  if (!scroller) return false;
  const scrollsSideways = scroller.scrollWidth > scroller.clientWidth;
  return scrollKeys.has(key) || (scrollsSideways && key.startsWith("Arrow"));
}

function toggleFullscreen(): void {
  const done = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  // The browser refuses this in a frame without permission; the page then stays as it is.
  done.catch(() => {});
}
