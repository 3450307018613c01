/** The terminal below the code: as high as the viewer drags it, or folded to its last line. */
import { ChevronDown, ChevronUp } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { last_command } from "../player/terminal-text.ts";
import { useSlice } from "./stage-context.ts";
import { TerminalView } from "./TerminalView.tsx";
import { useKept } from "./use-kept.ts";

const [lowest, highest, step] = [96, 640, 24];

export function TerminalDock({ is_alone }: { is_alone: boolean }) {
  const [kept, keep] = useKept("kulti.terminal", "240");
  const terminal = useSlice((state) => state.stage.terminal);
  const dock = useRef<HTMLElement>(null);
  const has_output = terminal.length > 0;
  const is_folded = !has_output || (kept.startsWith("folded") && !is_alone);
  const height = clamp(Number.parseInt(kept.replace("folded ", ""), 10) || 240);
  const resize = (next: number) => keep(String(clamp(next)));

  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const bottom = dock.current?.getBoundingClientRect().bottom ?? 0;
    resize(bottom - event.clientY);
  };
  const press = (event: KeyboardEvent) => {
    const change = { ArrowUp: step, ArrowDown: -step }[event.key];
    if (change === undefined) return;
    event.preventDefault();
    resize(height + change);
  };

  return (
    <section
      className="dock"
      aria-label="Terminal"
      ref={dock}
      data-alone={is_alone}
      style={is_folded || is_alone ? undefined : { height }}
    >
      {!is_folded && !is_alone && (
        // biome-ignore lint/a11y/useSemanticElements: a rule can't be dragged.
        <div
          className="dock-edge"
          role="separator"
          aria-label="Height of the terminal"
          aria-orientation="horizontal"
          aria-valuenow={height}
          aria-valuemin={lowest}
          aria-valuemax={highest}
          tabIndex={0}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={drag}
          onKeyDown={press}
        />
      )}
      <div className="dock-bar">
        <h2 className="pane-title">Terminal</h2>
        <span className="dock-line">
          {has_output ? is_folded && <code>{last_command(terminal)}</code> : "nothing has run yet"}
        </span>
        {has_output && !is_alone && (
          <button
            type="button"
            className="tool-button"
            aria-expanded={!is_folded}
            title={is_folded ? "Show the terminal" : "Fold the terminal"}
            onClick={() => keep(is_folded ? String(height) : `folded ${height}`)}
          >
            {is_folded ? <ChevronUp className="icon" /> : <ChevronDown className="icon" />}
            <span className="hidden">{is_folded ? "Show" : "Fold"}</span>
          </button>
        )}
      </div>
      {!is_folded && <TerminalView />}
    </section>
  );
}

const clamp = (height: number): number => Math.min(highest, Math.max(lowest, Math.round(height)));
