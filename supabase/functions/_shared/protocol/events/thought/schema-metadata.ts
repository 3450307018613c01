import * as v from "valibot";
import { digitsAdded } from "../../digits.ts";
import type { ThoughtMetadata } from "../../event.ts";
import { limits } from "../../limits.ts";
import type { Equal } from "../../schema-parts.ts";
import { lines, text, tooLarge } from "../../schema-parts.ts";
import { grouped, isObject, unstorable, utf8Bytes } from "../../text.ts";

/** Nesting of metadata: agents put tool calls in it, not trees. */
const maxDepth = 8;

const known = v.object({
  tool: v.exactOptional(text("metadata_bytes")),
  file: v.exactOptional(text("metadata_bytes")),
  prompt_for: v.exactOptional(text("metadata_bytes")),
  options: v.exactOptional(lines),
  chosen: v.exactOptional(text("metadata_bytes")),
  confidence: v.exactOptional(
    v.pipe(v.number(), v.minValue(0, "is not from 0 to 1"), v.maxValue(1, "is not from 0 to 1")),
  ),
});

/** Known keys have their types, and any other key is allowed; the value stays as sent. */
export const metadata = v.pipe(
  v.custom<ThoughtMetadata>(isObject, "is not an object"),
  v.rawCheck(({ dataset, addIssue, config: { message: explain } }) => {
    if (!dataset.typed) return;
    const problem = deepProblem(dataset.value, 1);
    if (problem) {
      addIssue({ message: problem });
      return;
    }
    const bytes = utf8Bytes(JSON.stringify(dataset.value)) + digitsAdded(dataset.value);
    if (bytes > limits.metadata_bytes) {
      addIssue(tooLarge(bytes, limits.metadata_bytes));
      return;
    }
    const config = {
      abortPipeEarly: true,
      message: explain as v.ErrorMessage<v.BaseIssue<unknown>>,
    };
    for (const { path, message } of v.safeParse(known, dataset.value, config).issues ?? []) {
      addIssue({ message, ...(path && { path }) });
    }
  }),
  v.description(
    `Other keys are allowed; at most ${grouped(limits.metadata_bytes)} bytes as JSON, ${maxDepth} levels.`,
  ),
);

type KnownMetadata = {
  [Key in keyof ThoughtMetadata as string extends Key ? never : Key]: ThoughtMetadata[Key];
};

/** Does not compile when the known keys and their interface differ. */
export const knownMetadata: Equal<v.InferOutput<typeof known>, KnownMetadata> extends true
  ? typeof known
  : never = known;

function deepProblem(value: unknown, depth: number): string | null {
  if (typeof value === "string") return unstorable(value);
  if (typeof value === "number" && !Number.isFinite(value))
    return "contains a number that is not finite";
  if (typeof value !== "object" || value === null) return null;
  if (depth > maxDepth) return `is nested more than ${maxDepth} levels deep`;
  for (const [key, item] of Object.entries(value)) {
    const problem = unstorable(key) ?? deepProblem(item, depth + 1);
    if (problem) return problem;
  }
  return null;
}
