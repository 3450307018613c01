/** What a thought says about itself beside its text: the options it weighed, how sure it is, the file it means. */
import type { Thought } from "@kulti/protocol";
import { Check } from "lucide-react";
import { in_order } from "../player/bidi.ts";
import { usePlayer, useSlice } from "./stage-context.ts";

export function ThoughtFacts({ thought }: { thought: Thought }) {
  const { metadata, thought_type, content } = thought;
  const player = usePlayer();
  const { file, confidence, prompt_for, chosen } = metadata;
  const is_known = useSlice((state) => typeof file === "string" && state.stage.files.has(file));
  const options = Array.isArray(metadata.options)
    ? metadata.options.filter((option) => typeof option === "string")
    : [];
  const is_sure = typeof confidence === "number" && confidence >= 0 && confidence <= 1;
  const asks = typeof prompt_for === "string" && thought_type === "prompt" ? prompt_for : null;
  const names_file = typeof file === "string" && file !== "" && !content.includes(file);
  if (options.length === 0 && !is_sure && !asks && !names_file) return null;
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
      {is_sure && <span className="figure">{Math.round(confidence * 100)} % sure</span>}
      {names_file &&
        (is_known ? (
          <button
            type="button"
            className="file-link"
            onClick={() => player.choose({ kind: "file", filename: file })}
          >
            <bdi>{in_order(file)}</bdi>
          </button>
        ) : (
          <code>
            <bdi>{in_order(file)}</bdi>
          </code>
        ))}
    </div>
  );
}
