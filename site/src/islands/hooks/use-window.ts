import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** Equal to `--code-line`. */
export const codeLineHeight = 20;
const rowsBeyond = 24;

export interface Window {
  scroller: RefObject<HTMLElement | null>;
  /** The page should contain the rows from `from` up to, but not including, `to`. */
  from: number;
  to: number;
  /** Scrolls the row to the upper third, unless it is already well in view. */
  reveal(row: number): void;
}

/** The rows in view of a long list whose rows have one height. */
export function useWindow(count: number): Window {
  const scroller = useRef<HTMLElement>(null);
  const [view, setView] = useState({ first: 0, rows: 60 });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const first = Math.floor(element.scrollTop / codeLineHeight);
      const rows = Math.ceil(element.clientHeight / codeLineHeight);
      setView((known) => (known.first === first && known.rows === rows ? known : { first, rows }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);

  const reveal = useCallback((row: number) => {
    const element = scroller.current;
    if (!element) return;
    const top = row * codeLineHeight;
    const above = top - element.scrollTop;
    const isWellInView = above >= 0 && above < element.clientHeight * 0.7;
    if (!isWellInView) element.scrollTo({ top: top - element.clientHeight / 3 });
  }, []);

  const from = Math.max(0, Math.min(view.first, count) - rowsBeyond);
  const to = Math.min(count, view.first + view.rows + rowsBeyond);
  return { scroller, from, to, reveal };
}
