/** A thought is a paragraph. Its type is a word on the rule, its priority is weight and indentation. */
import type { Thought } from "@kulti/protocol";
import { is_folded } from "../player/arrivals.ts";
import { split_headline } from "../player/rich-text.ts";
import { beginning_of } from "../player/typing.ts";
import { FoldedThought } from "./FoldedThought.tsx";
import { RowTime } from "./RowTime.tsx";
import { useSlice } from "./stage-context.ts";
import { RichText } from "./Text.tsx";
import { ThoughtFacts } from "./ThoughtFacts.tsx";
import { TypeWord } from "./TypeWord.tsx";

interface Props {
  thought: Thought;
  /** The thought before is of another type. */
  begins_run: boolean;
  /** When that one was; null where none stands before. */
  at_before: string | null;
  is_newest: boolean;
}

export function ThoughtRow({ thought, begins_run, at_before, is_newest }: Props) {
  const shown = useSlice((state) => state.typing.shown.get(thought.seq));
  const was_seen_coming = useSlice((state) => thought.seq > state.seen_from);
  // Its turn to be typed has not come.
  if (shown === 0) return null;
  const folds = is_folded(thought);
  const is_typed = shown !== undefined;
  const text = is_typed ? beginning_of(thought.content, shown) : thought.content;
  return (
    <article
      className="row thought"
      data-testid="thought"
      data-seq={thought.seq}
      data-thought-type={thought.thought_type}
      data-priority={thought.priority}
      data-folds={folds}
      data-begins-run={begins_run}
      data-newest={is_newest}
      data-entering={was_seen_coming}
    >
      <RowTime at={thought.at} before={at_before} />
      <div className="row-body">
        {begins_run && !folds && <TypeWord type={thought.thought_type} />}
        {!begins_run && <span className="hidden">{thought.thought_type}: </span>}
        {folds ? (
          <FoldedThought thought={thought} names_type={begins_run} />
        ) : (
          <p className="thought-text" dir="auto">
            <ThoughtText text={text} is_headline={thought.priority === "headline"} />
            {(is_typed || !thought.done) && <span className="caret" aria-hidden="true" />}
          </p>
        )}
        {!is_typed && <ThoughtFacts thought={thought} />}
      </div>
    </article>
  );
}

function ThoughtText({ text, is_headline }: { text: string; is_headline: boolean }) {
  if (!is_headline) return <RichText text={text} />;
  const { headline, rest } = split_headline(text);
  return (
    <>
      <span className="headline">
        <RichText text={headline} />
      </span>
      <RichText text={rest} />
    </>
  );
}
