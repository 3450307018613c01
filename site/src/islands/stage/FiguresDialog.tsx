/** The figures of the current session, counted again each time the dialog opens. */
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { showSessionFigures } from "../../figures/session-figures.ts";
import { loadApi } from "../../visit/config.ts";
import { useSlice } from "../hooks/stage-context.ts";

interface Props {
  sessionId: string;
  close(): void;
}

export function FiguresDialog({ sessionId, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const figures = useRef<HTMLDivElement>(null);
  const agentId = useSlice((state) => state.head?.agent_id ?? "");
  const name = useSlice((state) => state.head?.agent_name ?? "");
  useEffect(() => {
    dialog.current?.showModal();
    if (figures.current) {
      void showSessionFigures(figures.current, { api: loadApi(), sessionId });
    }
  }, [sessionId]);
  // A link to a moment of this session moves the stage behind the dialog.
  useEffect(() => {
    addEventListener("hashchange", close);
    return () => removeEventListener("hashchange", close);
  }, [close]);

  return (
    <dialog
      ref={dialog}
      className="figures-dialog"
      aria-labelledby="figures-title"
      data-testid="figures-dialog"
      onClose={close}
      closedby="any"
    >
      <form method="dialog" className="help-bar">
        <h2 id="figures-title">Figures of this session</h2>
        <button type="submit" className="tool-button" title="Close">
          <X className="icon" />
          <span className="hidden">Close</span>
        </button>
      </form>
      <div className="session-figures" ref={figures} />
      <p className="fact">
        <a href={`/agents/${agentId}`}>
          All sessions of <bdi>{name}</bdi>
        </a>
      </p>
    </dialog>
  );
}
