import type { PlayerState } from "kulti/player";
import { memo } from "react";
import { useSlice } from "../hooks/stage-context.ts";
import { ErrorRow } from "./ErrorRow.tsx";
import { ThoughtRow } from "./ThoughtRow.tsx";

const thoughtAt = (state: PlayerState, index: number) => {
  const row = state.rows.get(index);
  return row?.kind === "thought" ? state.stage.thoughts.get(row.index) : undefined;
};

/** One row: a thought or an error. */
export const MindRow = memo(function MindRow({ index }: { index: number }) {
  const thought = useSlice((state) => thoughtAt(state, index));
  const typeBefore = useSlice((state) => thoughtAt(state, index - 1)?.thought_type ?? null);
  const atBefore = useSlice((state) => thoughtAt(state, index - 1)?.at ?? null);
  const isNewest = useSlice((state) => index === state.rows.length - 1);
  const error = useSlice((state) => {
    const row = state.rows.get(index);
    return row?.kind === "error" ? state.stage.errors.get(row.index) : undefined;
  });
  if (error) return <ErrorRow error={error} />;
  if (!thought) return null;
  return (
    <ThoughtRow
      thought={thought}
      beginsRun={typeBefore !== thought.thought_type}
      atBefore={atBefore}
      isNewest={isNewest}
    />
  );
});
