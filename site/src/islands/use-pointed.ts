import { type RefObject, useEffect } from "react";
import { type MindRows, row_of } from "../player/mind.ts";
import { usePlayer, useSlice } from "./stage-context.ts";

/** Rows far from view are not on the page yet: two pictures after their chunk was scrolled to, they are. */
const pictures = 3;
const lit_ms = 2_000;

/** Scrolls the Mind to the thought that was asked for and lights it for a moment. */
export function usePointed(scroller: RefObject<HTMLElement | null>, rows: MindRows): void {
  const { store } = usePlayer();
  const pointed = useSlice((state) => state.pointed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the asking moves the Mind, not new rows.
  useEffect(() => {
    const view = scroller.current;
    if (!pointed || !view) return;
    const index = row_of(rows, store.get().stage, pointed.seq);
    const chunks = view.querySelectorAll(".mind-chunk");
    chunks[Math.floor(index / chunk_rows)]?.scrollIntoView({ block: "center" });
    let left = pictures;
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const row = view.querySelector<HTMLElement>(`[data-seq="${pointed.seq}"]`);
      if (row) {
        row.scrollIntoView({ block: "center" });
        row.dataset.pointed = "true";
        timer = setTimeout(() => delete row.dataset.pointed, lit_ms);
      }
      left -= 1;
      if (left > 0) frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [pointed]);
}

/** Rows that are put on the page and taken off it together. */
export const chunk_rows = 50;
