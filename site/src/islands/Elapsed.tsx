import { is_over } from "../player/connection-word.ts";
import { date_and_clock_text, elapsed_text } from "../player/time.ts";
import { useSlice } from "./stage-context.ts";
import { useNow } from "./use-now.ts";

/** How long the session has run, or ran, by the agent's clock. */
export function Elapsed() {
  const started_at = useSlice((state) => state.edge.started_at ?? state.head?.started_at ?? null);
  const now = useNow(1_000);
  const until = useSlice((state) =>
    state.edge.at !== null && is_over({ stage: state.edge, head: state.head }, now)
      ? Date.parse(state.edge.at)
      : now,
  );
  if (!started_at) return null;
  return (
    <time className="fact elapsed" title={`Began ${date_and_clock_text(started_at)}`}>
      {elapsed_text(until - Date.parse(started_at))}
    </time>
  );
}
