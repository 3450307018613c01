/**
 * Fifty rows of the Mind. Far from what is looked at they give way to a gap of their height, so that a session of any
 * length costs what is on the screen; the browser's own scrolling and text search stay.
 */
import { memo, type RefObject, useEffect, useRef, useState } from "react";
import { MindRow } from "./MindRow.tsx";

interface Props {
  from: number;
  to: number;
  /** On the page from the start: the newest is what is looked at first. */
  is_near_end: boolean;
  scroller: RefObject<HTMLElement | null>;
}

/** How far outside of what is visible rows are kept, in pixels. */
const margin = "1500px 0px";
const guessed_row_height = 76;

export const MindChunk = memo(function MindChunk({ from, to, is_near_end, scroller }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const height = useRef((to - from) * guessed_row_height);
  const [is_near, set_near] = useState(is_near_end);

  useEffect(() => {
    const chunk = element.current;
    if (!chunk) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (!entry.isIntersecting && chunk.childElementCount > 0) {
          height.current = entry.boundingClientRect.height;
        }
        set_near(entry.isIntersecting);
      },
      { root: scroller.current, rootMargin: margin },
    );
    observer.observe(chunk);
    return () => observer.disconnect();
  }, [scroller]);

  if (!is_near && !is_near_end) {
    return <div className="mind-chunk" ref={element} style={{ height: height.current }} />;
  }
  return (
    <div className="mind-chunk" ref={element}>
      {Array.from({ length: to - from }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows never move.
        <MindRow key={from + index} index={from + index} />
      ))}
    </div>
  );
});
