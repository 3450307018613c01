/** The stage in a frame, from 320 × 240 on: no chat, no lobby, and a link to the full page. */
import type { Head } from "@kulti/protocol";
import { useLayout, useMedia } from "../hooks/use-media.ts";
import { EmbedHeader } from "./EmbedHeader.tsx";
import { ErrorNotice } from "./ErrorNotice.tsx";
import { NewerSession } from "./NewerSession.tsx";
import { NarrowPanes, Panes, TimelineBar } from "./Panes.tsx";
import { StatusRegion } from "./StatusRegion.tsx";

/** In a frame, two small panes work better than one pane with a bar to switch. */
const middlePx = 600;

export function EmbedStage({ newer }: { newer: Head | null }) {
  const layout = useLayout(middlePx);
  const isTall = useMedia("(min-height: 600px)");
  return (
    <div className="stage embed" data-layout={layout} data-chat="false">
      <EmbedHeader />
      {newer && <NewerSession head={newer} />}
      <ErrorNotice />
      {layout === "narrow" ? (
        <NarrowPanes hasChat={false} />
      ) : (
        <>
          <Panes terminal={layout === "wide" && isTall ? "below" : "tab"} />
          <TimelineBar />
        </>
      )}
      <StatusRegion />
    </div>
  );
}
