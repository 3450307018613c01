import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** How near to the end still counts as there, in pixels. */
const near_end = 32;

export interface StickToEnd {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLDivElement | null>;
  is_at_end: boolean;
  jump(): void;
}

/** Keeps a growing list at its end, as long as the reader has not scrolled away from it. */
export function useStickToEnd(): StickToEnd {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [is_at_end, set_at_end] = useState(true);

  const jump = useCallback(() => {
    sticks.current = true;
    set_at_end(true);
    const view = scroller.current;
    if (view) view.scrollTop = view.scrollHeight;
  }, []);

  useEffect(() => {
    const [view, list] = [scroller.current, content.current];
    if (!view || !list) return;
    let last_top = view.scrollTop;
    let last_height = view.scrollHeight;
    const on_scroll = () => {
      const is_near = view.scrollHeight - view.scrollTop - view.clientHeight <= near_end;
      // Only a move upwards in a list that did not shrink is the reader's will.
      const moved_up = view.scrollTop < last_top && view.scrollHeight >= last_height;
      if (is_near) sticks.current = true;
      else if (moved_up) sticks.current = false;
      last_top = view.scrollTop;
      last_height = view.scrollHeight;
      set_at_end(sticks.current);
    };
    const on_resize = () => {
      if (sticks.current) view.scrollTop = view.scrollHeight;
    };
    const observer = new ResizeObserver(on_resize);
    observer.observe(list);
    observer.observe(view);
    view.addEventListener("scroll", on_scroll, { passive: true });
    on_resize();
    return () => {
      observer.disconnect();
      view.removeEventListener("scroll", on_scroll);
    };
  }, []);

  return { scroller, content, is_at_end, jump };
}
