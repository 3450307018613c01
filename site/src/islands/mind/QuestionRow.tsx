import { answerText, optionsOf, type StageQuestion } from "@kulti/protocol";
import { Check, MessageCircleQuestionMark } from "lucide-react";
import { RowTime } from "../parts/RowTime.tsx";
import { Scroller } from "../parts/Scroller.tsx";
import { Text } from "../parts/Text.tsx";

/** A question from the agent to a human: its text, its options and its outcome. */
export function QuestionRow({ question }: { question: StageQuestion }) {
  const { kind, text, detail, answer } = question;
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
          {kind === "approval" ? "asks for approval" : "question"}
        </span>
        <p className="thought-text" dir="auto">
          <Text text={text} />
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
        <p className="question-end" data-testid="question-end">
          {answer ? (
            <>
              {answer.by === "timeout" ? "Time is up: " : `Answered by ${words[answer.by]}: `}
              <bdi>
                <Text text={answerText(question)} />
              </bdi>
            </>
          ) : (
            "Waiting for an answer"
          )}
        </p>
      </div>
    </article>
  );
}

const words = { owner: "the owner", viewers: "viewers", local: "the agent's machine" };
