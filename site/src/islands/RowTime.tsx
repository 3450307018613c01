import { date_and_clock_text, elapsed_text } from "../player/time.ts";
import { useSlice } from "./stage-context.ts";

/** The time in the gutter: since the session began, the clock's on hover; not again where it is the same. */
export function RowTime({ at, before = null }: { at: string; before?: string | null }) {
  const started_at = useSlice((state) => state.stage.started_at ?? state.head?.started_at ?? null);
  const text_of = (moment: string) =>
    started_at ? elapsed_text(Date.parse(moment) - Date.parse(started_at)) : "";
  const text = text_of(at);
  const is_same = before !== null && text_of(before) === text;
  return (
    <time className="row-time" dateTime={at} title={date_and_clock_text(at)}>
      {is_same ? "" : text}
    </time>
  );
}
