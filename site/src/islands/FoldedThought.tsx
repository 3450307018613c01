/** A tool call or a detail: one line, the rest on demand. */
import type { Thought } from "@kulti/protocol";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { tool_line } from "../player/tool-line.ts";
import { RichText } from "./Text.tsx";
import { TypeWord } from "./TypeWord.tsx";

interface Props {
  thought: Thought;
  /** The line names the type, since no thought of it stands before. */
  names_type: boolean;
}

export function FoldedThought({ thought, names_type }: Props) {
  const [is_open, set_open] = useState(false);
  const line = tool_line(thought);
  return (
    <div className="folded" data-open={is_open} data-names-type={names_type}>
      <button
        type="button"
        className="folded-line"
        aria-expanded={is_open}
        onClick={() => set_open(!is_open)}
      >
        {names_type && <TypeWord type={thought.thought_type} />}{" "}
        {line.tool && <code className="folded-tool">{line.tool}</code>}{" "}
        <span className="folded-text" dir="auto">
          {line.text}
        </span>
        {line.outcome && <span className="folded-outcome">{line.outcome}</span>}
        <ChevronDown className="icon chevron" aria-hidden="true" />
      </button>
      {is_open && (
        <p className="thought-text" dir="auto">
          <RichText text={thought.content} />
        </p>
      )}
    </div>
  );
}
