/** The bar under the stage: play, where one is in the session, its chapters, the speed, and the way to the live edge. */
import { Pause, Play, RotateCcw } from "lucide-react";
import { useRef, useState } from "react";
import { elapsed_text } from "../player/time.ts";
import { ChaptersMenu } from "./ChaptersMenu.tsx";
import { HelpDialog } from "./HelpDialog.tsx";
import { LiveButton } from "./LiveButton.tsx";
import { SpeedMenu } from "./SpeedMenu.tsx";
import { usePlayer, useSlice } from "./stage-context.ts";
import { TimelineSlider } from "./TimelineSlider.tsx";
import { useHash } from "./use-hash.ts";
import { useKeys } from "./use-keys.ts";
import { type Playback, usePlayback } from "./use-playback.ts";

export function Timeline() {
  const playback = usePlayback();
  const help = useRef<HTMLDialogElement>(null);
  const has_events = useSlice((state) => state.edge.seq > 0);
  useKeys(() => help.current?.showModal());
  useHash();
  return (
    <section
      className="timeline"
      aria-label="Playback"
      data-over={playback.is_over}
      data-behind={!playback.is_at_edge}
    >
      <PlayButton playback={playback} disabled={!has_events} />
      <Times />
      <TimelineSlider />
      <div className="timeline-tools">
        <ChaptersMenu />
        <SpeedMenu show_help={() => help.current?.showModal()} />
        {!playback.is_over && <LiveButton is_at_edge={playback.is_at_edge} />}
      </div>
      <HelpDialog ref={help} />
    </section>
  );
}

function PlayButton({ playback, disabled }: { playback: Playback; disabled: boolean }) {
  const player = usePlayer();
  const { is_moving, is_at_edge, is_over } = playback;
  const offers_replay = is_over && is_at_edge;
  const title = offers_replay ? "Replay from the start" : is_moving ? "Pause" : "Play";
  return (
    <button
      type="button"
      className={offers_replay ? "plain-button play-again" : "tool-button play"}
      data-testid="play"
      data-playing={is_moving}
      aria-label={title}
      title={`${title} (k)`}
      disabled={disabled}
      onClick={() => player.send({ kind: "toggle" })}
    >
      {offers_replay ? (
        <>
          <RotateCcw className="icon" />
          Replay
        </>
      ) : is_moving ? (
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
  // Asked for again whenever something has come.
  const seq = useSlice((state) => state.edge.seq);
  const is_seeking = useSlice((state) => state.is_seeking);
  const [is_exact, set_exact] = useState(false);
  return (
    <span
      className="times figure"
      data-seeking={is_seeking}
      title={`Event ${position.seq} of ${seq}`}
    >
      <button
        type="button"
        className="times-button"
        aria-pressed={is_exact}
        onClick={() => set_exact(!is_exact)}
      >
        <span data-testid="position" data-ms={position.ms} data-seq={position.seq}>
          {is_exact ? position.seq.toLocaleString("en") : elapsed_text(position.ms)}
        </span>
        <span className="times-of">/</span>
        <span data-testid="duration" data-ms={timeline.end_ms}>
          {is_exact ? seq.toLocaleString("en") : elapsed_text(timeline.end_ms)}
        </span>
      </button>
    </span>
  );
}
