import { runningMs } from "kulti/player";
import { dateAndClockText, elapsedText } from "../../text/time.ts";
import { useSlice } from "../hooks/stage-context.ts";
import { useNow } from "../hooks/use-now.ts";

/** How long the session has run, or ran. */
export function Elapsed() {
  const startedAt = useSlice((state) => state.edge.started_at ?? state.head?.started_at ?? null);
  const now = useNow(1_000);
  const ms = useSlice((state) => runningMs({ stage: state.edge, head: state.head }, now));
  if (startedAt === null || ms === null) return null;
  return (
    <time className="fact elapsed" title={`Began ${dateAndClockText(startedAt)}`}>
      {elapsedText(ms)}
    </time>
  );
}
