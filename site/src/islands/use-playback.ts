import { is_over } from "../player/connection-word.ts";
import { is_moving } from "../player/control.ts";
import { useSlice } from "./stage-context.ts";
import { useNow } from "./use-now.ts";

export interface Playback {
  /** The session has ended. */
  is_over: boolean;
  /** The live edge is shown, or of what has ended the end. */
  is_at_edge: boolean;
  /** Time goes on in the picture. */
  is_moving: boolean;
}

export function usePlayback(): Playback {
  const now = useNow(10_000);
  const over = useSlice((state) => is_over({ stage: state.edge, head: state.head }, now));
  const control = useSlice((state) => state.control);
  return {
    is_over: over,
    is_at_edge: control.place === null,
    is_moving: is_moving(control, { is_over: over }),
  };
}
