import { entryAt, type PlayerState } from "kulti/player";
import { memo } from "react";
import { useSlice } from "../hooks/stage-context.ts";
import { ErrorRow } from "./ErrorRow.tsx";
import { QuestionRow } from "./QuestionRow.tsx";
import { ThoughtRow } from "./ThoughtRow.tsx";

const thoughtAt = ({ rows, stage }: PlayerState, index: number) =>
  entryAt(rows, stage, index, "thought");

/** One row: a thought, an error or a question. */
export const MindRow = memo(function MindRow({ index }: { index: number }) {
  const thought = useSlice((state) => thoughtAt(state, index));
  const typeBefore = useSlice((state) => thoughtAt(state, index - 1)?.thought_type ?? null);
  const atBefore = useSlice((state) => thoughtAt(state, index - 1)?.at ?? null);
  const isNewest = useSlice((state) => index === state.rows.length - 1);
  const error = useSlice(({ rows, stage }) => entryAt(rows, stage, index, "error"));
  const question = useSlice(({ rows, stage }) => entryAt(rows, stage, index, "question"));
  if (error) return <ErrorRow error={error} />;
  if (question) return <QuestionRow question={question} />;
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
