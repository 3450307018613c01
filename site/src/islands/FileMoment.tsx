/** From a file to where its last change came from: the thought before it, and the moment itself. */
import type { StageFile } from "@kulti/protocol";
import { History, MessageCircleQuestionMark } from "lucide-react";
import { thought_before } from "../player/mind.ts";
import { usePlayer, useSlice } from "./stage-context.ts";

export function FileMoment({ file }: { file: StageFile }) {
  const player = usePlayer();
  const thought_seq = useSlice((state) => thought_before(state.stage, file.seq)?.seq ?? null);
  const is_past = useSlice((state) => state.position.seq > file.seq);
  return (
    <>
      {thought_seq !== null && (
        <button
          type="button"
          className="tool-button"
          data-testid="why"
          title="Show the thought before the last change"
          onClick={() => player.point_at(thought_seq)}
        >
          <MessageCircleQuestionMark className="icon" />
          <span className="file-action">Why</span>
        </button>
      )}
      {is_past && (
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
