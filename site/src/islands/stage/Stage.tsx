/** The stage: header, Mind, Work with its terminal, chat. It has one layout per width. */
import type { Head } from "@kulti/protocol";
import { useState } from "react";
import { useLayout } from "../hooks/use-media.ts";
import { useStored } from "../hooks/use-stored.ts";
import { ErrorBoundary } from "../parts/ErrorBoundary.tsx";
import { ErrorNotice } from "./ErrorNotice.tsx";
import { Header } from "./Header.tsx";
import { NewerSession } from "./NewerSession.tsx";
import { NarrowPanes, Panes, TimelineBar } from "./Panes.tsx";
import { StatusRegion } from "./StatusRegion.tsx";

/** From this width on, the chat is open unless the viewer closed it. */
const roomy = 1400;

export function Stage({ newer }: { newer: Head | null }) {
  const layout = useLayout();
  const [chatKept, keepChat] = useStored("kulti.chat", innerWidth >= roomy ? "open" : "closed");
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const isChatShown = layout === "wide" ? chatKept === "open" : isDrawerOpen;
  const toggleChat = () => {
    if (layout === "wide") keepChat(isChatShown ? "closed" : "open");
    else setDrawerOpen(!isDrawerOpen);
  };

  return (
    <div className="stage" data-layout={layout} data-chat={isChatShown}>
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
        <Header isChatShown={isChatShown} toggleChat={layout === "narrow" ? null : toggleChat} />
      </ErrorBoundary>
      {newer && <NewerSession head={newer} />}
      <ErrorNotice />
      {layout === "narrow" ? (
        <NarrowPanes hasChat />
      ) : (
        <Panes
          terminal={layout === "wide" ? "below" : "tab"}
          isChatShown={isChatShown}
          closeChat={toggleChat}
        />
      )}
      {layout !== "narrow" && <TimelineBar />}
      <StatusRegion />
    </div>
  );
}
