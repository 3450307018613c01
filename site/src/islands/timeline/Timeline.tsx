/** The bar under the stage: play, the position in the session, chapters, speed, and the live edge. */
import { Pause, Play, RotateCcw } from "lucide-react";
import { useRef, useState } from "react";
import { elapsedText } from "../../text/time.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { useHash } from "../hooks/use-hash.ts";
import { useKeys } from "../hooks/use-keys.ts";
import { type Playback, usePlayback } from "../hooks/use-playback.ts";
import { HelpDialog } from "../stage/HelpDialog.tsx";
import { ChaptersMenu } from "./ChaptersMenu.tsx";
import { LiveButton } from "./LiveButton.tsx";
import { SpeedMenu } from "./SpeedMenu.tsx";
import { TimelineSlider } from "./TimelineSlider.tsx";

export function Timeline() {
  const playback = usePlayback();
  const help = useRef<HTMLDialogElement>(null);
  const hasEvents = useSlice((state) => state.edge.seq > 0);
  useKeys(() => help.current?.showModal());
  useHash();
  return (
    <section
      className="timeline"
      aria-label="Playback"
      data-over={playback.isOver}
      data-behind={!playback.isAtEdge}
    >
      <PlayButton playback={playback} disabled={!hasEvents} />
      <Times />
      <TimelineSlider />
      <div className="timeline-tools">
        <ChaptersMenu />
        <SpeedMenu showHelp={() => help.current?.showModal()} />
        {!playback.isOver && <LiveButton isAtEdge={playback.isAtEdge} />}
      </div>
      <HelpDialog ref={help} />
    </section>
  );
}

function PlayButton({ playback, disabled }: { playback: Playback; disabled: boolean }) {
  const player = usePlayer();
  const { isMoving, isAtEdge, isOver } = playback;
  const offersReplay = isOver && isAtEdge;
  const title = offersReplay ? "Replay from the start" : isMoving ? "Pause" : "Play";
  return (
    <button
      type="button"
      className={offersReplay ? "plain-button play-again" : "tool-button play"}
      data-testid="play"
      data-playing={isMoving}
      aria-label={title}
      title={`${title} (k)`}
      disabled={disabled}
      onClick={() => player.send({ kind: "toggle" })}
    >
      {offersReplay ? (
        <>
          <RotateCcw className="icon" />
          Replay
        </>
      ) : isMoving ? (
        <Pause className="icon solid" />
      ) : (
        <Play className="icon solid" />
      )}
    </button>
  );
}

function Times() {
  const { timeline } = usePlayer();
  const position = useSlice((state) => state.position);
  // Read again after each event.
  const seq = useSlice((state) => state.edge.seq);
  const isSeeking = useSlice((state) => state.isSeeking);
  const [isExact, setExact] = useState(false);
  return (
    <span
      className="times figure"
      data-seeking={isSeeking}
      title={`Event ${position.seq} of ${seq}`}
    >
      <button
        type="button"
        className="times-button"
        aria-pressed={isExact}
        onClick={() => setExact(!isExact)}
      >
        <span data-testid="position" data-ms={position.ms} data-seq={position.seq}>
          {isExact ? position.seq.toLocaleString("en") : elapsedText(position.ms)}
        </span>
        <span className="times-of">/</span>
        <span data-testid="duration" data-ms={timeline.endMs}>
          {isExact ? seq.toLocaleString("en") : elapsedText(timeline.endMs)}
        </span>
      </button>
    </span>
  );
}
