/** The parts of the stage, side by side or, on a narrow screen, one at a time. */
import { useEffect, useState } from "react";
import { ChatPane } from "../chat/ChatPane.tsx";
import { useSlice } from "../hooks/stage-context.ts";
import { MindPane } from "../mind/MindPane.tsx";
import { ErrorBoundary } from "../parts/ErrorBoundary.tsx";
import { Timeline } from "../timeline/Timeline.tsx";
import { TerminalPane } from "../work/TerminalPane.tsx";
import { WorkPane } from "../work/WorkPane.tsx";
import { BottomBar, type Pane } from "./BottomBar.tsx";

interface PanesProps {
  terminal: "below" | "tab";
  isChatShown?: boolean;
  closeChat?: () => void;
}

export function Panes({ terminal, isChatShown = false, closeChat }: PanesProps) {
  return (
    <main className="panes">
      <ErrorBoundary part="the thoughts">
        <MindPane />
      </ErrorBoundary>
      <ErrorBoundary part="the work">
        <WorkPane terminal={terminal} />
      </ErrorBoundary>
      {isChatShown && (
        <ErrorBoundary part="the chat">
          <ChatPane {...(closeChat && { close: closeChat })} />
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

export function NarrowPanes({ hasChat }: { hasChat: boolean }) {
  const [pane, setPane] = useState<Pane>("mind");
  const pointed = useSlice((state) => state.pointed);
  // A link to a thought shows the Mind.
  useEffect(() => {
    if (pointed) setPane("mind");
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
      <BottomBar pane={pane} choose={setPane} hasChat={hasChat} />
    </>
  );
}
