/** The line of time: click, drag or use the keys. A label shows the time and chapter under the pointer. */
import { atPart, chapterAt, partOf } from "kulti/player";
import { type PointerEvent, useRef, useState } from "react";
import { durationText, elapsedText } from "../../text/time.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { TimelineDrawing } from "./TimelineDrawing.tsx";

export function TimelineSlider() {
  const player = usePlayer();
  const control = useSlice((state) => state.control);
  const position = useSlice((state) => state.position);
  const chapters = useSlice((state) => state.chapters);
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const facts = player.facts();
  const { timeline } = player;
  const at =
    control.place === null && facts.timeline.length >= facts.to_seq
      ? 1
      : partOf(position, control, facts);
  const chapter = chapterAt(chapters, position.seq);

  const partUnder = (event: PointerEvent) => {
    const { left, width } = bar.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  };
  const seek = (event: PointerEvent) => player.send({ kind: "seek_part", part: partUnder(event) });

  return (
    <div
      className="timeline-slider"
      ref={bar}
      role="slider"
      tabIndex={0}
      aria-label="Position in the session"
      aria-valuemin={0}
      aria-valuemax={Math.round(timeline.endMs / 1000)}
      aria-valuenow={Math.round(position.ms / 1000)}
      aria-valuetext={`${durationText(position.ms)} of ${durationText(timeline.endMs)}${chapter ? `, ${chapter.title}` : ""}`}
      data-testid="timeline"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => {
        setPointed(partUnder(event));
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event);
      }}
      onPointerUp={(event) => event.pointerType !== "mouse" && setPointed(null)}
      onPointerLeave={() => setPointed(null)}
      onPointerCancel={() => setPointed(null)}
    >
      <TimelineDrawing />
      <div className="timeline-rail">
        <div className="timeline-played" style={{ width: `${at * 100}%` }} />
      </div>
      <div className="timeline-knob" style={{ left: `${at * 100}%` }} />
      {pointed !== null && <Hint part={pointed} />}
    </div>
  );
}

/** Time and chapter under the pointer. */
function Hint({ part }: { part: number }) {
  const player = usePlayer();
  const control = useSlice((state) => state.control);
  const chapters = useSlice((state) => state.chapters);
  const place = atPart(part, control, player.facts());
  const chapter = chapterAt(chapters, place.seq);
  const isUnread = place.seq > player.timeline.length;
  return (
    <div
      className="timeline-hint"
      style={{ left: `${part * 100}%` }}
      data-half={part > 0.5 ? "end" : "start"}
    >
      <span className="figure">{isUnread ? `event ${place.seq}` : elapsedText(place.ms)}</span>
      {chapter && (
        <span className="timeline-hint-chapter" dir="auto">
          {chapter.title}
        </span>
      )}
    </div>
  );
}
