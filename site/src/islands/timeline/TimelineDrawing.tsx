/** Heat, idle stretches and chapters behind the line, drawn at most twice a second. */
import { overviewOf, type TimelineOverview } from "kulti/player";
import { memo, useEffect, useState } from "react";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";

const slots = 240;
const [width, height] = [960, 20];
const restMs = 500;

export const TimelineDrawing = memo(function TimelineDrawing() {
  const overview = useOverview();
  if (!overview) return null;
  const { heat, idle, chapters, read } = overview;
  const slot = width / slots;
  const hills = heat
    .map((value, index) => `L${(index + 0.5) * slot} ${(height * (1 - 0.85 * value)).toFixed(1)}`)
    .join("");
  return (
    <svg
      className="timeline-drawing"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className="timeline-heat" d={`M0 ${height}${hills}L${width} ${height}Z`} />
      <g className="timeline-idle" data-testid="idle-bands" data-count={idle.length}>
        {idle.map(({ from, to }) => (
          <rect key={from} x={from * width} width={(to - from) * width} y={0} height={height} />
        ))}
      </g>
      <g className="timeline-chapters">
        {chapters.map((at) => (
          <rect key={at} x={Math.min(width - 2, at * width)} width={1.5} y={0} height={height} />
        ))}
      </g>
      {read < 1 && (
        <rect
          className="timeline-unread"
          x={read * width}
          width={(1 - read) * width}
          y={0}
          height={height}
        />
      )}
    </svg>
  );
});

function useOverview(): TimelineOverview | null {
  const player = usePlayer();
  const seq = useSlice((state) => state.edge.seq);
  const skipsIdle = useSlice((state) => state.control.skipsIdle);
  const [overview, setOverview] = useState<TimelineOverview | null>(null);
  const [drawn, setDrawn] = useState({ seq: 0, skipsIdle, at: 0 });
  useEffect(() => {
    if (seq === 0 || (seq === drawn.seq && skipsIdle === drawn.skipsIdle)) return;
    const wait = skipsIdle === drawn.skipsIdle ? drawn.at + restMs - performance.now() : 0;
    const timer = setTimeout(
      () => {
        setOverview(overviewOf(player.facts(), skipsIdle, slots));
        setDrawn({ seq: player.timeline.length, skipsIdle, at: performance.now() });
      },
      Math.max(0, wait),
    );
    return () => clearTimeout(timer);
  }, [player, seq, skipsIdle, drawn]);
  return overview;
}
