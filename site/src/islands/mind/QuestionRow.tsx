import { askText, endOf, optionsOf, type QuestionEnd, type StageQuestion } from "@kulti/protocol";
import { isOver } from "kulti/player";
import { Check, MessageCircleQuestionMark } from "lucide-react";
import { useSlice } from "../hooks/stage-context.ts";
import { useNow } from "../hooks/use-now.ts";
import { RowTime } from "../parts/RowTime.tsx";
import { Scroller } from "../parts/Scroller.tsx";
import { RichText, Text } from "../parts/Text.tsx";

/** A question from the agent to a human: its text, its options and its outcome. */
export function QuestionRow({ question }: { question: StageQuestion }) {
  const { text, detail, answer } = question;
  const options = optionsOf(question);
  return (
    <article
      className="row question-row"
      data-testid="question"
      data-seq={question.seq}
      data-open={answer === null}
      data-begins-run
    >
      <RowTime at={question.at} />
      <div className="row-body">
        <span className="type-word">
          <MessageCircleQuestionMark className="icon" aria-hidden="true" />
          {askText(question)}
        </span>
        <p className="thought-text" dir="auto">
          <RichText text={text} />
        </p>
        {detail && (
          <Scroller label="Detail" className="question-detail">
            <pre>{detail}</pre>
          </Scroller>
        )}
        {options.length > 0 && (
          <ul className="options">
            {options.map(({ id, label, description }) => (
              <li key={id} data-chosen={id === answer?.option}>
                {id === answer?.option && <Check className="icon" aria-label="chosen" />}
                <span dir="auto">
                  <Text text={description ? `${label}: ${description}` : label} />
                </span>
              </li>
            ))}
          </ul>
        )}
        <QuestionOutcome question={question} />
      </div>
    </article>
  );
}

/** An open question ends with its time or the session too, without an event of its own. */
function QuestionOutcome({ question }: { question: StageQuestion }) {
  // Only an open question changes with time.
  return question.answer ? (
    <End end={endOf(question, false, 0)} />
  ) : (
    <OpenEnd question={question} />
  );
}

function OpenEnd({ question }: { question: StageQuestion }) {
  const now = useNow(1_000);
  const isAtEdge = useSlice(({ stage, edge }) => stage.seq === edge.seq);
  const isEnded = useSlice(({ edge, head }) => isOver({ stage: edge, head }, now));
  const shownAt = useSlice(({ stage }) => stage.at ?? question.at);
  const end = endOf(question, isAtEdge && isEnded, isAtEdge ? now : Date.parse(shownAt));
  return <End end={end} />;
}

function End({ end: [lead, text] }: { end: QuestionEnd }) {
  return (
    <p className="question-end" data-testid="question-end">
      {lead}
      {text && (
        <>
          {": "}
          <bdi>
            <Text text={text} />
          </bdi>
        </>
      )}
    </p>
  );
}
