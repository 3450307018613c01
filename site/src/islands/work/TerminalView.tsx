/** The agent's commands and output. A terminal emulator draws them; screen readers get the same as text. */

import { browserClock } from "kulti/player";
import { useEffect, useMemo, useRef, useState } from "react";
import { transcript } from "../../text/terminal-text.ts";
import { useOnStage, useSlice } from "../hooks/stage-context.ts";
import { ErrorBoundary } from "../parts/ErrorBoundary.tsx";
import type { TerminalEmulator } from "./terminal-emulator.ts";

const readAloudEntries = 200;

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
  const [failure, setFailure] = useState<Error | null>(null);
  const hasOutput = useSlice((state) => state.stage.terminal.length > 0);
  if (failure) throw failure;

  useEffect(() => {
    const element = host.current;
    if (!element || !hasOutput) return;
    let screen: TerminalEmulator | undefined;
    let isGone = false;
    let unsubscribe = () => {};
    const load = async () => {
      const { openTerminal } = await import("./terminal-emulator.ts");
      if (isGone) return;
      const opened = openTerminal(element);
      screen = opened;
      const write = () => opened.show(player.store.get().stage.terminal);
      write();
      unsubscribe = player.store.subscribe(write);
    };
    // After the first output is on the page: the emulator is slow to start.
    browserClock.frame(() => void load().catch(setFailure));
    return () => {
      isGone = true;
      unsubscribe();
      screen?.close();
    };
  }, [player, hasOutput]);

  return (
    <div className="terminal" data-testid="terminal">
      {hasOutput ? (
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
  const passages = useMemo(() => transcript(terminal, readAloudEntries), [terminal]);
  return (
    <section className="hidden" aria-label="Terminal output as text">
      {passages.map(({ seq, text }) => (
        <pre key={seq}>{text}</pre>
      ))}
    </section>
  );
}
