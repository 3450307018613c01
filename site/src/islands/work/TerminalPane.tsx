import { TerminalView } from "./TerminalView.tsx";

/** The terminal as a pane of its own. */
export function TerminalPane() {
  return (
    <section className="pane terminal-pane" aria-label="Terminal">
      <TerminalView />
    </section>
  );
}
