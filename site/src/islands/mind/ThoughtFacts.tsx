/** A thought's metadata, beside its text: the options it weighed, its confidence, its file. */
import type { Thought } from "@kulti/protocol";
import { Check } from "lucide-react";
import { inOrder } from "../../text/bidi.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";

export function ThoughtFacts({ thought }: { thought: Thought }) {
  const { metadata, thought_type: thoughtType, content } = thought;
  const player = usePlayer();
  const { file, confidence, prompt_for: promptFor, chosen } = metadata;
  const isKnown = useSlice((state) => typeof file === "string" && state.stage.files.has(file));
  const options = Array.isArray(metadata.options)
    ? metadata.options.filter((option) => typeof option === "string")
    : [];
  const isSure = typeof confidence === "number" && confidence >= 0 && confidence <= 1;
  const asks = typeof promptFor === "string" && thoughtType === "prompt" ? promptFor : null;
  const namesFile = typeof file === "string" && file !== "" && !content.includes(file);
  if (options.length === 0 && !isSure && !asks && !namesFile) return null;
  return (
    <div className="thought-facts">
      {options.length > 0 && (
        <ul className="options">
          {options.map((option, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: options never change, and two may be the same.
            <li key={index} data-chosen={option === chosen}>
              {option === chosen && <Check className="icon" aria-label="chosen" />}
              <span dir="auto">{option}</span>
            </li>
          ))}
        </ul>
      )}
      {asks && <span dir="auto">for {asks}</span>}
      {isSure && <span className="figure">{Math.round(confidence * 100)} % sure</span>}
      {namesFile &&
        (isKnown ? (
          <button
            type="button"
            className="file-link"
            onClick={() => player.choose({ kind: "file", filename: file })}
          >
            <bdi>{inOrder(file)}</bdi>
          </button>
        ) : (
          <code>
            <bdi>{inOrder(file)}</bdi>
          </code>
        ))}
    </div>
  );
}
