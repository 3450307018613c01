/** The Mind: the agent's thoughts, newest at the bottom. */
import { ArrowDown } from "lucide-react";
import { useEffect, useRef } from "react";
import { useSlice } from "../hooks/stage-context.ts";
import { usePointed } from "../hooks/use-pointed.ts";
import { useStickToEnd } from "../hooks/use-stick-to-end.ts";
import { Scroller } from "../parts/Scroller.tsx";
import { blockRows, chunksOf, isNearEnd, MindChunk } from "./MindChunk.tsx";

export function MindPane() {
  const rows = useSlice((state) => state.rows);
  const isOpening = useSlice(
    (state) => state.connection === "connecting" || state.connection === "catching_up",
  );
  const { scroller, content, isAtEnd, jump } = useStickToEnd();
  const readRows = useRef(rows.length);
  useEffect(() => {
    if (isAtEnd) readRows.current = rows.length;
  }, [isAtEnd, rows.length]);
  const unread = isAtEnd ? 0 : Math.max(0, rows.length - readRows.current);
  usePointed(scroller, rows);

  return (
    <section className="pane mind" id="mind" aria-label="Mind" tabIndex={-1}>
      <Scroller label="Thoughts" className="mind-scroll" ref={scroller} role="log" aria-live="off">
        <div className="mind-rows" ref={content}>
          {chunksOf(0, rows.length, blockRows).map(({ from, to }) => (
            <MindChunk
              key={from}
              from={from}
              to={to}
              rows={blockRows}
              isNearEnd={isNearEnd(to, rows.length)}
              scroller={scroller}
            />
          ))}
          {rows.length === 0 && (
            <p className="pane-empty">
              {isOpening ? "Reading the session …" : "No thoughts yet. The first one appears here."}
            </p>
          )}
        </div>
      </Scroller>
      {!isAtEnd && (
        <button type="button" className="new-below" onClick={jump}>
          <ArrowDown className="icon" />
          {unread > 0 ? `${unread} new` : "Jump to the newest"}
        </button>
      )}
    </section>
  );
}
