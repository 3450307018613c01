/** The stage: who and what in the header, the Mind, the Work with its terminal, the chat; one layout per width. */
import type { Head } from "@kulti/protocol";
import { useState } from "react";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { Header } from "./Header.tsx";
import { NewerSession } from "./NewerSession.tsx";
import { NarrowPanes, Panes, TimelineBar } from "./Panes.tsx";
import { StatusRegion } from "./StatusRegion.tsx";
import { Trouble } from "./Trouble.tsx";
import { useKept } from "./use-kept.ts";
import { useLayout } from "./use-media.ts";

/** From this width on, the chat is open unless the viewer closed it. */
const roomy = 1400;

export function Stage({ newer }: { newer: Head | null }) {
  const layout = useLayout();
  const [chat_kept, keep_chat] = useKept("kulti.chat", innerWidth >= roomy ? "open" : "closed");
  const [is_drawer_open, set_drawer_open] = useState(false);
  const is_chat_shown = layout === "wide" ? chat_kept === "open" : is_drawer_open;
  const toggle_chat = () => {
    if (layout === "wide") keep_chat(is_chat_shown ? "closed" : "open");
    else set_drawer_open(!is_drawer_open);
  };

  return (
    <div className="stage" data-layout={layout} data-chat={is_chat_shown}>
      {layout === "narrow" ? (
        <a className="skip" href="#pane">
          Skip to the agent
        </a>
      ) : (
        <>
          <a className="skip" href="#mind">
            Skip to the agent's thoughts
          </a>
          <a className="skip" href="#work">
            Skip to the agent's work
          </a>
        </>
      )}
      <ErrorBoundary part="the header">
        <Header
          is_chat_shown={is_chat_shown}
          toggle_chat={layout === "narrow" ? null : toggle_chat}
        />
      </ErrorBoundary>
      {newer && <NewerSession head={newer} />}
      <Trouble />
      {layout === "narrow" ? (
        <NarrowPanes has_chat />
      ) : (
        <Panes
          terminal={layout === "wide" ? "below" : "tab"}
          is_chat_shown={is_chat_shown}
          close_chat={toggle_chat}
        />
      )}
      {layout !== "narrow" && <TimelineBar />}
      <StatusRegion />
    </div>
  );
}
