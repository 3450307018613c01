import { type MindRows, rowOf } from "kulti/player";
import { type RefObject, useEffect } from "react";
import { usePlayer, useSlice } from "./stage-context.ts";

/** Rows far from view are not on the page yet: they appear a few frames after their placeholder scrolls into view. */
const maxPictures = 60;
/** The rows above may still change their height. */
const picturesWithRow = 3;
const litMs = 2_000;

/** Scrolls the Mind to the requested thought and highlights it for a moment. */
export function usePointed(scroller: RefObject<HTMLElement | null>, rows: MindRows): void {
  const { store } = usePlayer();
  const pointed = useSlice((state) => state.pointed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a request moves the Mind, not new rows.
  useEffect(() => {
    const view = scroller.current;
    if (!pointed || !view) return;
    const index = rowOf(rows, store.get().stage, pointed.seq);
    let left = maxPictures;
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const row = view.querySelector<HTMLElement>(`[data-seq="${pointed.seq}"]`);
      (row ?? gapAt(view, index))?.scrollIntoView({ block: "center" });
      if (row && row.dataset.pointed !== "true") {
        row.dataset.pointed = "true";
        timer = setTimeout(() => delete row.dataset.pointed, litMs);
      }
      left = row ? Math.min(left, picturesWithRow) - 1 : left - 1;
      if (left > 0) frame = requestAnimationFrame(look);
    };
    look();
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [pointed]);
}

/** The innermost part of the Mind that contains row `index` or its placeholder. */
const gapAt = (view: HTMLElement, index: number): HTMLElement | undefined =>
  [...view.querySelectorAll<HTMLElement>("[data-from]")].findLast(
    ({ dataset }) => Number(dataset.from) <= index,
  );
