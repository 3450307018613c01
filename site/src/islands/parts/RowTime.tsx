import { dateAndClockText, elapsedText } from "../../text/time.ts";
import { useSlice } from "../hooks/stage-context.ts";

/** The time in the gutter, since the session began; the clock's time on hover. Empty if the row before has the same. */
export function RowTime({ at, before = null }: { at: string; before?: string | null }) {
  const startedAt = useSlice((state) => state.stage.started_at ?? state.head?.started_at ?? null);
  const textOf = (moment: string) =>
    startedAt ? elapsedText(Date.parse(moment) - Date.parse(startedAt)) : "";
  const text = textOf(at);
  const isSame = before !== null && textOf(before) === text;
  return (
    <time className="row-time" dateTime={at} title={dateAndClockText(at)}>
      {isSame ? "" : text}
    </time>
  );
}
