import {
  type Priority,
  priorities,
  type ThoughtData,
  type ThoughtMetadata,
  type ThoughtType,
  thoughtTypes,
} from "../event.ts";
import { limits } from "../limits.ts";
import { type Fields, fields, first, given, kept, latest, smallEnough } from "./read.ts";

/**
 * `thinking` repeats the thought or is the only one. `agentChat` was a message to the viewers, which the original
 * did not show.
 */
export function readThoughts(body: Fields): ThoughtData[] {
  const thoughts = latest(body.thought).map(fromThought);
  for (const text of [body.thinking, body.agentChat]) {
    const content = kept(text, "thought_content_bytes");
    if (!thoughts.some((thought) => thought.content === content)) {
      thoughts.push({ thought_type: "general", content });
    }
  }
  return thoughts.filter(({ content }) => content.trim() !== "");
}

function fromThought(value: unknown): ThoughtData {
  const thought = typeof value === "string" ? { content: value } : fields(value);
  const type = thoughtTypes.find((known) => known === thought.type);
  const priority = priorities.find((known) => known === thought.priority);
  const metadata = toMetadata(fields(thought.metadata), type ? null : thought.type);
  return {
    thought_type: type ?? ("general" satisfies ThoughtType),
    content: kept(thought.content, "thought_content_bytes"),
    ...(priority && { priority: priority satisfies Priority }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

const knownKeys = new Set([
  ..."tool file promptFor prompt_for options chosen confidence".split(" "),
]);

/** Keeps a type that the contract does not have, such as `confusion`, as `original_type`. */
function toMetadata(from: Fields, unknownType: unknown): ThoughtMetadata {
  const { tool, file, promptFor, prompt_for: snakeCase, options, chosen, confidence } = from;
  const known: ThoughtMetadata = {
    ...given("tool", tool, "filename_bytes"),
    ...given("file", file, "filename_bytes"),
    ...given(
      "prompt_for",
      first({ promptFor, prompt_for: snakeCase }, "promptFor", "prompt_for"),
      "title_bytes",
    ),
    ...given("chosen", chosen, "title_bytes"),
    ...toConfidence(confidence),
    ...given("original_type", unknownType, "label_bytes"),
  };
  const choices = latest(options).map((option) => kept(option, "title_bytes"));
  if (choices.length > 0) known.options = choices;
  const free = Object.entries(from).filter(([key]) => !knownKeys.has(key));
  return smallEnough([...Object.entries(known), ...free], limits.metadata_bytes);
}

/** Some clients send percentages. */
function toConfidence(value: unknown): Pick<ThoughtMetadata, "confidence"> {
  if (typeof value !== "number" || !(value >= 0 && value <= 100)) return {};
  return { confidence: value > 1 ? value / 100 : value };
}
