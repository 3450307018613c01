import { FastForward } from "lucide-react";
import { elapsed_text } from "../player/time.ts";
import { usePlayer, useSlice } from "./stage-context.ts";

/** Says whether the live edge is shown and how far away it is, and leads there: at once, or at twice the speed. */
export function LiveButton({ is_at_edge }: { is_at_edge: boolean }) {
  const player = usePlayer();
  const behind_ms = useSlice(({ position, edge }) =>
    is_at_edge ? 0 : Math.max(0, player.timeline.ms_of(edge.seq) - position.ms),
  );
  const is_catching_up = useSlice((state) => state.control.catch_up_speed !== null);
  const connection = useSlice((state) => state.connection);
  return (
    <div className="live">
      {!is_at_edge && (
        <button
          type="button"
          className="tool-button"
          data-testid="catch-up"
          aria-pressed={is_catching_up}
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
        data-live={is_at_edge && connection === "live"}
        data-behind={Math.round(behind_ms)}
        title={is_at_edge ? "What happens is shown as it happens" : "Jump to the live edge (L)"}
        onClick={() => player.send({ kind: "go_live" })}
      >
        {!is_at_edge && <span className="behind figure">−{elapsed_text(behind_ms)}</span>}
        <span className="live-word">Live</span>
        {!is_at_edge && <span className="hidden">: jump to the live edge</span>}
      </button>
    </div>
  );
}
