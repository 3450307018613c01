/** Links from a file to the thought before its last change and to the moment of that change. */
import type { StageFile } from "@kulti/protocol";
import { thoughtBefore } from "kulti/player";
import { History, MessageCircleQuestionMark } from "lucide-react";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";

export function LastChangeButtons({ file }: { file: StageFile }) {
  const player = usePlayer();
  const thoughtSeq = useSlice((state) => thoughtBefore(state.stage, file.seq)?.seq ?? null);
  const isPast = useSlice((state) => state.position.seq > file.seq);
  return (
    <>
      {thoughtSeq !== null && (
        <button
          type="button"
          className="tool-button"
          data-testid="why"
          title="Show the thought before the last change"
          onClick={() => player.pointAt(thoughtSeq)}
        >
          <MessageCircleQuestionMark className="icon" />
          <span className="file-action">Why</span>
        </button>
      )}
      {isPast && (
        <button
          type="button"
          className="tool-button"
          data-testid="to-change"
          title="Go to the moment of the last change"
          onClick={() => {
            player.choose({ kind: "file", filename: file.filename });
            player.send({ kind: "seek_seq", seq: file.seq });
          }}
        >
          <History className="icon" />
          <span className="hidden">Go to the moment of the last change</span>
        </button>
      )}
    </>
  );
}
