/**
 * A stretch of the Mind: twenty-five rows, or a thousand as forty such stretches. Far from view a gap of its height
 * replaces it, so a session of any length costs as much as its visible part. The browser's own scrolling keeps working.
 */
import { memo, type RefObject, useEffect, useRef, useState } from "react";
import { MindRow } from "./MindRow.tsx";

interface Props {
  from: number;
  to: number;
  /** The number of rows it can hold. */
  rows: number;
  /** On the page from the start: viewers see the newest first. */
  isNearEnd: boolean;
  scroller: RefObject<HTMLElement | null>;
}

/** Rows that the page adds and removes together. */
const chunkRows = 25;
export const blockRows = 1_000;

/** How far outside the view the page keeps rows, in pixels. */
const margin = "1500px 0px";
const guessedRowHeight = 76;

/** Enough rows to fill the view at the end; drawing twice as many made the first picture 60 ms later. */
export const isNearEnd = (to: number, end: number): boolean => to > end - chunkRows;

export const MindChunk = memo(function MindChunk(props: Props) {
  const { from, to, rows, isNearEnd, scroller } = props;
  const element = useRef<HTMLDivElement>(null);
  const height = useRef((to - from) * guessedRowHeight);
  const [isNear, setNear] = useState(isNearEnd);

  useEffect(() => {
    const chunk = element.current;
    if (!chunk) return;
    const observer = new IntersectionObserver(
      (entries) => {
        // If several arrive at once, the last one counts.
        const entry = entries.at(-1);
        if (!entry) return;
        if (!entry.isIntersecting && chunk.childElementCount > 0) {
          height.current = entry.boundingClientRect.height;
        }
        setNear(entry.isIntersecting);
      },
      { root: scroller.current, rootMargin: margin },
    );
    observer.observe(chunk);
    return () => observer.disconnect();
  }, [scroller]);

  const isShown = isNear || isNearEnd;
  return (
    <div
      className="mind-chunk"
      ref={element}
      data-from={from}
      style={isShown ? undefined : { height: height.current }}
    >
      {isShown && (rows === chunkRows ? <Rows {...props} /> : <Chunks {...props} />)}
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
  return chunksOf(block.from, block.to, chunkRows).map(({ from, to }) => (
    <MindChunk
      key={from}
      from={from}
      to={to}
      rows={chunkRows}
      isNearEnd={block.isNearEnd && isNearEnd(to, block.to)}
      scroller={block.scroller}
    />
  ));
}

export function chunksOf(from: number, to: number, rows: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil((to - from) / rows) }, (_, index) => ({
    from: from + index * rows,
    to: Math.min(to, from + (index + 1) * rows),
  }));
}
