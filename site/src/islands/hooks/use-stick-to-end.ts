import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** The distance from the end, in pixels, that still counts as being at the end. */
const nearEnd = 32;

const hands = ["wheel", "touchmove", "pointerdown", "keydown"];
/** A scroll this soon after the reader's last input counts as the reader's. */
const handMs = 1_000;

export interface StickToEnd {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  jump(): void;
}

/** Keeps a growing list at its end until the reader scrolls away from it. */
export function useStickToEnd(): StickToEnd {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  /** The list's position when it was last measured or moved. */
  const known = useRef({ top: 0, height: 0 });
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    const view = scroller.current;
    if (!view) return;
    view.scrollTop = view.scrollHeight;
    known.current = { top: view.scrollTop, height: view.scrollHeight };
  }, []);

  const jump = useCallback(() => {
    sticks.current = true;
    setAtEnd(true);
    toEnd();
  }, [toEnd]);

  useEffect(() => {
    const [view, list] = [scroller.current, content.current];
    if (!view || !list) return;
    let touchedAt = Number.NEGATIVE_INFINITY;
    const onHand = () => {
      touchedAt = performance.now();
    };
    const onScroll = () => {
      const { scrollTop: top, scrollHeight: height, clientHeight } = view;
      const isNear = height - top - clientHeight <= nearEnd;
      // The browser also moves a list when rows above the view change; only a reader's scroll counts.
      const isReader = height === known.current.height || performance.now() - touchedAt < handMs;
      const movedUp = top < known.current.top && height >= known.current.height && isReader;
      if (isNear) sticks.current = true;
      else if (movedUp) sticks.current = false;
      known.current = { top, height };
      setAtEnd(sticks.current);
    };
    const onResize = () => {
      if (sticks.current) toEnd();
    };
    const observer = new ResizeObserver(onResize);
    observer.observe(list);
    observer.observe(view);
    view.addEventListener("scroll", onScroll, { passive: true });
    for (const name of hands) view.addEventListener(name, onHand, { passive: true });
    onResize();
    return () => {
      observer.disconnect();
      view.removeEventListener("scroll", onScroll);
      for (const name of hands) view.removeEventListener(name, onHand);
    };
  }, [toEnd]);

  return { scroller, content, isAtEnd, jump };
}
