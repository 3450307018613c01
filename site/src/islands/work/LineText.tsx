import { memo } from "react";
import { kinds, type LineTokens } from "../../highlight/kinds.ts";
import { inOrder } from "../../text/bidi.ts";

interface Props {
  text: string;
  tokens: LineTokens | undefined;
}

/** The page shows only the beginning of a longer line: half a megabyte in one line would delay every frame. */
export const longestLine = 5_000;

/** One line of code, plain until its colours are known. */
export const LineText = memo(function LineText({ text: written, tokens }: Props) {
  const text = inOrder(written);
  if (text.length > longestLine) {
    const leftOut = (text.length - longestLine).toLocaleString("en");
    return (
      <span className="line-text">
        {text.slice(0, longestLine)}
        <span className="line-rest"> … {leftOut} more characters in this line</span>
      </span>
    );
  }
  if (!tokens) return <span className="line-text">{text}</span>;
  const spans = [];
  let at = 0;
  for (let index = 0; index < tokens.length; index += 2) {
    const piece = text.slice(at, at + (tokens[index] ?? 0));
    const kind = kinds[tokens[index + 1] ?? 0] ?? "plain";
    spans.push(
      kind === "plain" ? (
        piece
      ) : (
        <span key={at} className={`k-${kind}`}>
          {piece}
        </span>
      ),
    );
    at += piece.length;
  }
  if (at < text.length) spans.push(text.slice(at));
  return <span className="line-text">{spans}</span>;
});
