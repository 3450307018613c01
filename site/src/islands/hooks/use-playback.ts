import { isMoving, isOver } from "kulti/player";
import { useSlice } from "./stage-context.ts";
import { useNow } from "./use-now.ts";

export interface Playback {
  /** The session has ended. */
  isOver: boolean;
  /** The stage shows the live edge, or the end of a session that has ended. */
  isAtEdge: boolean;
  /** The picture is playing. */
  isMoving: boolean;
}

export function usePlayback(): Playback {
  const now = useNow(10_000);
  const over = useSlice((state) => isOver({ stage: state.edge, head: state.head }, now));
  const control = useSlice((state) => state.control);
  return {
    isOver: over,
    isAtEdge: control.place === null,
    isMoving: isMoving(control, { isOver: over }),
  };
}
