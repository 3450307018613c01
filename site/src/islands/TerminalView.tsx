/** What the agent ran. The picture is drawn by a real terminal; beside it stands the same as text to be read aloud. */
import { useEffect, useMemo, useRef, useState } from "react";
import { browser_clock } from "../player/clock.ts";
import { transcript } from "../player/terminal-text.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { useOnStage, useSlice } from "./stage-context.ts";
import type { Screen } from "./terminal-screen.ts";

const read_aloud_entries = 200;

export function TerminalView() {
  return (
    <ErrorBoundary part="the terminal">
      <TerminalOutput />
    </ErrorBoundary>
  );
}

function TerminalOutput() {
  const { player } = useOnStage();
  const host = useRef<HTMLDivElement>(null);
  const [failure, set_failure] = useState<Error | null>(null);
  const has_output = useSlice((state) => state.stage.terminal.length > 0);
  if (failure) throw failure;

  useEffect(() => {
    const element = host.current;
    if (!element || !has_output) return;
    let screen: Screen | undefined;
    let is_gone = false;
    let unsubscribe = () => {};
    const load = async () => {
      const { open_screen } = await import("./terminal-screen.ts");
      if (is_gone) return;
      const opened = open_screen(element);
      screen = opened;
      const write = () => opened.show(player.store.get().stage.terminal);
      write();
      unsubscribe = player.store.subscribe(write);
    };
    // After the picture that has the first output: a terminal takes its time to get ready.
    browser_clock.frame(() => void load().catch(set_failure));
    return () => {
      is_gone = true;
      unsubscribe();
      screen?.close();
    };
  }, [player, has_output]);

  return (
    <div className="terminal" data-testid="terminal">
      {has_output ? (
        <>
          <div className="terminal-screen" ref={host} aria-hidden="true" />
          <Transcript />
        </>
      ) : (
        <p className="pane-empty">Nothing has run yet.</p>
      )}
    </div>
  );
}

function Transcript() {
  const terminal = useSlice((state) => state.stage.terminal);
  const passages = useMemo(() => transcript(terminal, read_aloud_entries), [terminal]);
  return (
    <section className="hidden" aria-label="Terminal output as text">
      {passages.map(({ seq, text }) => (
        <pre key={seq}>{text}</pre>
      ))}
    </section>
  );
}
