/** A thought is a paragraph. Its type is a word on the rule, its priority is weight and indentation. */
import type { Thought } from "@kulti/protocol";
import { beginningOf, isCollapsed } from "kulti/player";
import { splitHeadline } from "../../text/rich-text.ts";
import { useSlice } from "../hooks/stage-context.ts";
import { RowTime } from "../parts/RowTime.tsx";
import { RichText } from "../parts/Text.tsx";
import { CollapsedThought } from "./CollapsedThought.tsx";
import { ThoughtFacts } from "./ThoughtFacts.tsx";
import { TypeWord } from "./TypeWord.tsx";

interface Props {
  thought: Thought;
  /** Whether the previous thought has another type. */
  beginsRun: boolean;
  /** The time of the previous thought; null if this is the first one. */
  atBefore: string | null;
  isNewest: boolean;
}

export function ThoughtRow({ thought, beginsRun, atBefore, isNewest }: Props) {
  const shown = useSlice((state) => state.typing.shown.get(thought.seq));
  const wasSeenComing = useSlice((state) => thought.seq > state.seenFrom);
  // The player has not started to type it.
  if (shown === 0) return null;
  const isCollapsible = isCollapsed(thought);
  const isTyped = shown !== undefined;
  const text = isTyped ? beginningOf(thought.content, shown) : thought.content;
  return (
    <article
      className="row thought"
      data-testid="thought"
      data-seq={thought.seq}
      data-thought-type={thought.thought_type}
      data-priority={thought.priority}
      data-collapsible={isCollapsible}
      data-begins-run={beginsRun}
      data-newest={isNewest}
      data-entering={wasSeenComing}
    >
      <RowTime at={thought.at} before={atBefore} />
      <div className="row-body">
        {beginsRun && !isCollapsible && <TypeWord type={thought.thought_type} />}
        {!beginsRun && <span className="hidden">{thought.thought_type}: </span>}
        {isCollapsible ? (
          <CollapsedThought thought={thought} namesType={beginsRun} />
        ) : (
          <p className="thought-text" dir="auto">
            <ThoughtText text={text} isHeadline={thought.priority === "headline"} />
            {(isTyped || !thought.done) && <span className="caret" aria-hidden="true" />}
          </p>
        )}
        {!isTyped && <ThoughtFacts thought={thought} />}
      </div>
    </article>
  );
}

function ThoughtText({ text, isHeadline }: { text: string; isHeadline: boolean }) {
  if (!isHeadline) return <RichText text={text} />;
  const { headline, rest } = splitHeadline(text);
  return (
    <>
      <span className="headline">
        <RichText text={headline} />
      </span>
      <RichText text={rest} />
    </>
  );
}
