import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** How near to the end still counts as there, in pixels. */
const near_end = 32;

const hands = ["wheel", "touchmove", "pointerdown", "keydown"];
/** For so long after its last sign a hand may have moved the list. */
const hand_ms = 1_000;

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
  /** Where the list stood when it was last looked at or moved. */
  const known = useRef({ top: 0, height: 0 });
  const [is_at_end, set_at_end] = useState(true);

  const to_end = useCallback(() => {
    const view = scroller.current;
    if (!view) return;
    view.scrollTop = view.scrollHeight;
    known.current = { top: view.scrollTop, height: view.scrollHeight };
  }, []);

  const jump = useCallback(() => {
    sticks.current = true;
    set_at_end(true);
    to_end();
  }, [to_end]);

  useEffect(() => {
    const [view, list] = [scroller.current, content.current];
    if (!view || !list) return;
    let touched_at = Number.NEGATIVE_INFINITY;
    const on_hand = () => {
      touched_at = performance.now();
    };
    const on_scroll = () => {
      const { scrollTop: top, scrollHeight: height, clientHeight } = view;
      const is_near = height - top - clientHeight <= near_end;
      // The browser moves a list that changes above what is looked at, too; a reader has a hand in it.
      const is_reader = height === known.current.height || performance.now() - touched_at < hand_ms;
      const moved_up = top < known.current.top && height >= known.current.height && is_reader;
      if (is_near) sticks.current = true;
      else if (moved_up) sticks.current = false;
      known.current = { top, height };
      set_at_end(sticks.current);
    };
    const on_resize = () => {
      if (sticks.current) to_end();
    };
    const observer = new ResizeObserver(on_resize);
    observer.observe(list);
    observer.observe(view);
    view.addEventListener("scroll", on_scroll, { passive: true });
    for (const name of hands) view.addEventListener(name, on_hand, { passive: true });
    on_resize();
    return () => {
      observer.disconnect();
      view.removeEventListener("scroll", on_scroll);
      for (const name of hands) view.removeEventListener(name, on_hand);
    };
  }, [to_end]);

  return { scroller, content, is_at_end, jump };
}
