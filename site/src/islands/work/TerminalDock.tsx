/** The terminal below the code: as high as the viewer drags it, or collapsed to its last line. */
import { ChevronDown, ChevronUp } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { lastCommand } from "../../text/terminal-text.ts";
import { useSlice } from "../hooks/stage-context.ts";
import { useStored } from "../hooks/use-stored.ts";
import { TerminalView } from "./TerminalView.tsx";

const [lowest, highest, step] = [96, 640, 24];

export function TerminalDock({ isAlone }: { isAlone: boolean }) {
  const [kept, keep] = useStored("kulti.terminal", "240");
  const terminal = useSlice((state) => state.stage.terminal);
  const dock = useRef<HTMLElement>(null);
  const hasOutput = terminal.length > 0;
  const isCollapsed = !hasOutput || (kept.startsWith("folded") && !isAlone);
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
      data-alone={isAlone}
      style={isCollapsed || isAlone ? undefined : { height }}
    >
      {!isCollapsed && !isAlone && (
        // biome-ignore lint/a11y/useSemanticElements: an <hr> can't be dragged.
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
          {hasOutput ? isCollapsed && <code>{lastCommand(terminal)}</code> : "nothing has run yet"}
        </span>
        {hasOutput && !isAlone && (
          <button
            type="button"
            className="tool-button"
            aria-expanded={!isCollapsed}
            title={isCollapsed ? "Show the terminal" : "Collapse the terminal"}
            onClick={() => keep(isCollapsed ? String(height) : `folded ${height}`)}
          >
            {isCollapsed ? <ChevronUp className="icon" /> : <ChevronDown className="icon" />}
            <span className="hidden">{isCollapsed ? "Show" : "Fold"}</span>
          </button>
        )}
      </div>
      {!isCollapsed && <TerminalView />}
    </section>
  );
}

const clamp = (height: number): number => Math.min(highest, Math.max(lowest, Math.round(height)));
