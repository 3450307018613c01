/** A tool call or a detail: one line, with the rest on demand. */
import type { Thought } from "@kulti/protocol";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { toolLine } from "../../text/tool-line.ts";
import { RichText } from "../parts/Text.tsx";
import { TypeWord } from "./TypeWord.tsx";

interface Props {
  thought: Thought;
  /** Whether the line names the type, because the previous thought has another one. */
  namesType: boolean;
}

export function CollapsedThought({ thought, namesType }: Props) {
  const [isOpen, setOpen] = useState(false);
  const line = toolLine(thought);
  return (
    <div className="collapsed" data-open={isOpen} data-names-type={namesType}>
      <button
        type="button"
        className="collapsed-line"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {namesType && <TypeWord type={thought.thought_type} />}{" "}
        {line.tool && <code className="collapsed-tool">{line.tool}</code>}{" "}
        <span className="collapsed-text" dir="auto">
          {line.text}
        </span>
        {line.outcome && <span className="collapsed-outcome">{line.outcome}</span>}
        <ChevronDown className="icon chevron" aria-hidden="true" />
      </button>
      {isOpen && (
        <p className="thought-text" dir="auto">
          <RichText text={thought.content} />
        </p>
      )}
    </div>
  );
}
