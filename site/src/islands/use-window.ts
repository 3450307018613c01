import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

/** Equal to `--code-line`. */
export const code_line_height = 20;
const rows_beyond = 24;

export interface Window {
  scroller: RefObject<HTMLElement | null>;
  /** Rows from `from` to before `to` are to be on the page. */
  from: number;
  to: number;
  /** Scrolls so that the row stands in the upper third, unless it is well in view already. */
  reveal(row: number): void;
}

/** Of a long list of rows of one height, those that are in view. */
export function useWindow(count: number): Window {
  const scroller = useRef<HTMLElement>(null);
  const [view, set_view] = useState({ first: 0, rows: 60 });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const first = Math.floor(element.scrollTop / code_line_height);
      const rows = Math.ceil(element.clientHeight / code_line_height);
      set_view((known) => (known.first === first && known.rows === rows ? known : { first, rows }));
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
    const top = row * code_line_height;
    const above = top - element.scrollTop;
    const is_well_in_view = above >= 0 && above < element.clientHeight * 0.7;
    if (!is_well_in_view) element.scrollTo({ top: top - element.clientHeight / 3 });
  }, []);

  const from = Math.max(0, Math.min(view.first, count) - rows_beyond);
  const to = Math.min(count, view.first + view.rows + rows_beyond);
  return { scroller, from, to, reveal };
}
