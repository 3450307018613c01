import { running_ms } from "../player/running-time.ts";
import { date_and_clock_text, elapsed_text } from "../player/time.ts";
import { useSlice } from "./stage-context.ts";
import { useNow } from "./use-now.ts";

/** How long the session has run, or ran. */
export function Elapsed() {
  const started_at = useSlice((state) => state.edge.started_at ?? state.head?.started_at ?? null);
  const now = useNow(1_000);
  const ms = useSlice((state) => running_ms({ stage: state.edge, head: state.head }, now));
  if (started_at === null || ms === null) return null;
  return (
    <time className="fact elapsed" title={`Began ${date_and_clock_text(started_at)}`}>
      {elapsed_text(ms)}
    </time>
  );
}
