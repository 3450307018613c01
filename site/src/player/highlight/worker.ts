/** Highlights off the page's thread. Keeps what it knows of the files it saw last. */
import { createHighlighterCore, type GrammarState, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { kind_of_colour, kinds_theme, type LineTokens } from "./kinds.ts";
import { grammars, type Language } from "./languages.ts";
import { type Grammar, LineCache } from "./line-cache.ts";
import type { HighlightReply, HighlightRequest } from "./messages.ts";

type State = GrammarState | null;

const kept_files = 24;
const longest_line = 2_000;
/** Generous: the first lines pay for compiling the grammar, and a line cut short would spoil all those after it. */
const line_timeout_ms = 2_000;

const files = new Map<string, LineCache<State>>();
const loaded = new Map<Language, Promise<void>>();
let highlighter: Promise<HighlighterCore> | undefined;

addEventListener("message", ({ data }: MessageEvent<HighlightRequest>) => void highlight(data));

async function highlight(request: HighlightRequest): Promise<void> {
  const { key, language, lines, is_first } = request;
  try {
    if (is_first) files.delete(key);
    const cache = files.get(key) ?? new LineCache(await grammar_of(language));
    files.delete(key);
    files.set(key, cache);
    for (const piece of cache.update(lines)) reply({ kind: "piece", key, piece });
  } catch (error) {
    // The file stays plain; the next version starts afresh.
    files.delete(key);
    console.warn(`Cannot highlight ${key}:`, error);
  }
  for (const oldest of files.keys()) {
    if (files.size <= kept_files) break;
    files.delete(oldest);
  }
  reply({ kind: "done", key });
}

const reply = (message: HighlightReply): void => postMessage(message);

async function grammar_of(language: Language): Promise<Grammar<State>> {
  highlighter ??= createHighlighterCore({
    themes: [kinds_theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  const shiki = await highlighter;
  const loading = loaded.get(language) ?? shiki.loadLanguage(grammars[language]());
  loaded.set(language, loading);
  await loading;
  return {
    initial: null,
    line(text, state) {
      const tokens = shiki.codeToTokensBase(text, {
        lang: language,
        theme: kinds_theme.name,
        tokenizeMaxLineLength: longest_line,
        tokenizeTimeLimit: line_timeout_ms,
        ...(state && { grammarState: state }),
      });
      return {
        tokens: compact(tokens[0] ?? []),
        state: shiki.getLastGrammarState(tokens) ?? state,
      };
    },
    same: (one, other) => same_state(one, other),
  };
}

function same_state(one: State, other: State): boolean {
  const [first, second] = [one?.getInternalStack(), other?.getInternalStack()];
  return first && second ? first.equals(second) : first === second;
}

function compact(tokens: readonly { content: string; color?: string | undefined }[]): LineTokens {
  const line: number[] = [];
  for (const { content, color } of tokens) {
    const kind = kind_of_colour(color);
    if (line.at(-1) === kind && line.length > 0)
      line[line.length - 2] = (line.at(-2) ?? 0) + content.length;
    else line.push(content.length, kind);
  }
  return line;
}
