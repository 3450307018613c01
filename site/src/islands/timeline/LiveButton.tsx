import { FastForward } from "lucide-react";
import { elapsedText } from "../../text/time.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";

/** Says whether the stage is at the live edge or how far behind, and goes there: at once, or at twice the speed. */
export function LiveButton({ isAtEdge }: { isAtEdge: boolean }) {
  const player = usePlayer();
  const behindMs = useSlice(({ position, edge }) =>
    isAtEdge ? 0 : Math.max(0, player.timeline.msOf(edge.seq) - position.ms),
  );
  const isCatchingUp = useSlice((state) => state.control.catchUpSpeed !== null);
  const connection = useSlice((state) => state.connection);
  return (
    <div className="live">
      {!isAtEdge && (
        <button
          type="button"
          className="tool-button"
          data-testid="catch-up"
          aria-pressed={isCatchingUp}
          title="Catch up at twice the speed (Shift L)"
          onClick={() => player.send({ kind: "catch_up" })}
        >
          <FastForward className="icon" />
          <span className="hidden">Catch up</span>
        </button>
      )}
      <button
        type="button"
        className="tool-button live-button"
        data-testid="live-button"
        data-live={isAtEdge && connection === "live"}
        data-behind={Math.round(behindMs)}
        title={isAtEdge ? "Showing events as they happen" : "Jump to the live edge (L)"}
        onClick={() => player.send({ kind: "go_live" })}
      >
        {!isAtEdge && <span className="behind figure">−{elapsedText(behindMs)}</span>}
        <span className="live-word">Live</span>
        {!isAtEdge && <span className="hidden">: jump to the live edge</span>}
      </button>
    </div>
  );
}
