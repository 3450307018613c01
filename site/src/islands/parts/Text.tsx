/** Untrusted text: never HTML. Web addresses become links, code looks like code. */
import { useMemo } from "react";
import { findLinks, type TextPart, untrustedRel } from "../../text/links.ts";
import { type RichPart, richText } from "../../text/rich-text.ts";

interface Props {
  text: string;
}

/** Marks up links only. */
export function Text({ text }: Props) {
  const parts = useMemo(() => findLinks(text), [text]);
  return <Parts parts={parts} />;
}

/** Links, `code`, **strong** and fenced blocks. */
export function RichText({ text }: Props) {
  const parts = useMemo(() => richText(text), [text]);
  return <Parts parts={parts} />;
}

function Parts({ parts }: { parts: readonly RichPart[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: a change of the text replaces all parts.
  return parts.map((part, index) => <Part key={index} part={part} />);
}

function Part({ part }: { part: RichPart }) {
  switch (part.kind) {
    case "text":
      return part.text;
    case "link":
      return <Link {...part} />;
    case "code":
      return <code className="inline-code">{part.text}</code>;
    case "strong":
      return (
        <strong>
          <Parts parts={part.parts} />
        </strong>
      );
    case "block":
      return <code className="code-block">{part.text}</code>;
  }
}

function Link({ text, url }: Extract<TextPart, { kind: "link" }>) {
  return (
    <a href={url} target="_blank" rel={untrustedRel}>
      {text}
    </a>
  );
}
