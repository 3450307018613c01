import { realign } from "kulti/player";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { createHighlighter } from "../../highlight/highlighter.ts";
import type { LineTokens } from "../../highlight/kinds.ts";

/** One for the page. The first file starts its worker. */
const highlighter = createHighlighter(
  () => new Worker(new URL("../../highlight/worker.ts", import.meta.url), { type: "module" }),
);

/** The tokens of `lines`; for lines that the worker has not read yet, those of the previous version. */
export function useTokens(
  filename: string,
  language: string | null,
  lines: readonly string[],
): readonly (LineTokens | undefined)[] {
  useEffect(() => highlighter.want(filename, language, lines), [filename, language, lines]);
  const known = useSyncExternalStore(highlighter.subscribe, () =>
    highlighter.get(filename, language),
  );
  return useMemo(() => (known ? realign(known.tokens, known.lines, lines) : []), [known, lines]);
}
