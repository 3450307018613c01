/** The Mind: what the agent thinks, newest at the bottom. */
import { ArrowDown } from "lucide-react";
import { useEffect, useRef } from "react";
import { block_rows, chunks_of, is_near_end, MindChunk } from "./MindChunk.tsx";
import { Scroller } from "./Scroller.tsx";
import { useSlice } from "./stage-context.ts";
import { usePointed } from "./use-pointed.ts";
import { useStickToEnd } from "./use-stick-to-end.ts";

export function MindPane() {
  const rows = useSlice((state) => state.rows);
  const is_opening = useSlice(
    (state) => state.connection === "connecting" || state.connection === "catching_up",
  );
  const { scroller, content, is_at_end, jump } = useStickToEnd();
  const read_rows = useRef(rows.length);
  useEffect(() => {
    if (is_at_end) read_rows.current = rows.length;
  }, [is_at_end, rows.length]);
  const unread = is_at_end ? 0 : Math.max(0, rows.length - read_rows.current);
  usePointed(scroller, rows);

  return (
    <section className="pane mind" id="mind" aria-label="Mind" tabIndex={-1}>
      <Scroller label="Thoughts" className="mind-scroll" ref={scroller} role="log" aria-live="off">
        <div className="mind-rows" ref={content}>
          {chunks_of(0, rows.length, block_rows).map(({ from, to }) => (
            <MindChunk
              key={from}
              from={from}
              to={to}
              rows={block_rows}
              is_near_end={is_near_end(to, rows.length)}
              scroller={scroller}
            />
          ))}
          {rows.length === 0 && (
            <p className="pane-empty">
              {is_opening ? "Reading the session …" : "No thought yet. The first one appears here."}
            </p>
          )}
        </div>
      </Scroller>
      {!is_at_end && (
        <button type="button" className="new-below" onClick={jump}>
          <ArrowDown className="icon" />
          {unread > 0 ? `${unread} new` : "To the newest"}
        </button>
      )}
    </section>
  );
}
