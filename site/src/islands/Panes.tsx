/** The parts of the stage, side by side where there is room, else one at a time. */
import { useEffect, useState } from "react";
import { BottomBar, type Pane } from "./BottomBar.tsx";
import { ChatPane } from "./ChatPane.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { MindPane } from "./MindPane.tsx";
import { useSlice } from "./stage-context.ts";
import { TerminalPane } from "./TerminalPane.tsx";
import { Timeline } from "./Timeline.tsx";
import { WorkPane } from "./WorkPane.tsx";

interface PanesProps {
  terminal: "below" | "tab";
  is_chat_shown?: boolean;
  close_chat?: () => void;
}

export function Panes({ terminal, is_chat_shown = false, close_chat }: PanesProps) {
  return (
    <main className="panes">
      <ErrorBoundary part="the thoughts">
        <MindPane />
      </ErrorBoundary>
      <ErrorBoundary part="the work">
        <WorkPane terminal={terminal} />
      </ErrorBoundary>
      {is_chat_shown && (
        <ErrorBoundary part="the chat">
          <ChatPane {...(close_chat && { close: close_chat })} />
        </ErrorBoundary>
      )}
    </main>
  );
}

export function TimelineBar() {
  return (
    <ErrorBoundary part="the timeline">
      <Timeline />
    </ErrorBoundary>
  );
}

export function NarrowPanes({ has_chat }: { has_chat: boolean }) {
  const [pane, set_pane] = useState<Pane>("mind");
  const pointed = useSlice((state) => state.pointed);
  // A thought that was asked for is in the Mind.
  useEffect(() => {
    if (pointed) set_pane("mind");
  }, [pointed]);
  return (
    <>
      <main className="panes" id="pane" tabIndex={-1}>
        <ErrorBoundary part="this pane" key={pane}>
          {pane === "mind" && <MindPane />}
          {pane === "work" && <WorkPane terminal="none" />}
          {pane === "terminal" && <TerminalPane />}
          {pane === "chat" && <ChatPane />}
        </ErrorBoundary>
      </main>
      <TimelineBar />
      <BottomBar pane={pane} choose={set_pane} has_chat={has_chat} />
    </>
  );
}
