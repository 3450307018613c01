/**
 * A stretch of the Mind: twenty-five rows, or a thousand as forty such stretches. Far from what is looked at it gives
 * way to a gap of its height, so that a session of any length costs what is on the screen; the browser's own scrolling
 * and text search stay.
 */
import { memo, type RefObject, useEffect, useRef, useState } from "react";
import { MindRow } from "./MindRow.tsx";

interface Props {
  from: number;
  to: number;
  /** How many rows there is room for. */
  rows: number;
  /** On the page from the start: the newest is what is looked at first. */
  is_near_end: boolean;
  scroller: RefObject<HTMLElement | null>;
}

/** Rows that are put on the page and taken off it together. */
const chunk_rows = 25;
export const block_rows = 1_000;

/** How far outside of what is visible rows are kept, in pixels. */
const margin = "1500px 0px";
const guessed_row_height = 76;

/** The last rows fill the view of who looks at the newest; drawing twice as many took the first picture 60 ms. */
export const is_near_end = (to: number, end: number): boolean => to > end - chunk_rows;

export const MindChunk = memo(function MindChunk(props: Props) {
  const { from, to, rows, is_near_end, scroller } = props;
  const element = useRef<HTMLDivElement>(null);
  const height = useRef((to - from) * guessed_row_height);
  const [is_near, set_near] = useState(is_near_end);

  useEffect(() => {
    const chunk = element.current;
    if (!chunk) return;
    const observer = new IntersectionObserver(
      (entries) => {
        // Of several at once the last one holds.
        const entry = entries.at(-1);
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

  const is_shown = is_near || is_near_end;
  return (
    <div
      className="mind-chunk"
      ref={element}
      data-from={from}
      style={is_shown ? undefined : { height: height.current }}
    >
      {is_shown && (rows === chunk_rows ? <Rows {...props} /> : <Chunks {...props} />)}
    </div>
  );
});

function Rows({ from, to }: Props) {
  return Array.from({ length: to - from }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rows never move.
    <MindRow key={from + index} index={from + index} />
  ));
}

function Chunks(block: Props) {
  return chunks_of(block.from, block.to, chunk_rows).map(({ from, to }) => (
    <MindChunk
      key={from}
      from={from}
      to={to}
      rows={chunk_rows}
      is_near_end={block.is_near_end && is_near_end(to, block.to)}
      scroller={block.scroller}
    />
  ));
}

export function chunks_of(from: number, to: number, rows: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil((to - from) / rows) }, (_, index) => ({
    from: from + index * rows,
    to: Math.min(to, from + (index + 1) * rows),
  }));
}
