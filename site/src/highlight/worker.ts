/** Highlights outside the page's thread. Keeps the state of the most recent files. */
import { createHighlighterCore, type GrammarState, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { kindOfColour, kindsTheme, type LineTokens } from "./kinds.ts";
import { grammars, type Language } from "./languages.ts";
import { type Grammar, LineCache } from "./line-cache.ts";
import type { HighlightReply, HighlightRequest } from "./messages.ts";

type State = GrammarState | null;

const keptFiles = 24;
const longestLine = 2_000;
/** Generous: the first lines pay for compiling the grammar, and a line cut short would spoil all those after it. */
const lineTimeoutMs = 2_000;

const files = new Map<string, LineCache<State>>();
const loaded = new Map<Language, Promise<void>>();
let highlighter: Promise<HighlighterCore> | undefined;

addEventListener("message", ({ data }: MessageEvent<HighlightRequest>) => void highlight(data));

async function highlight(request: HighlightRequest): Promise<void> {
  const { key, language, lines, isFirst } = request;
  try {
    if (isFirst) files.delete(key);
    const cache = files.get(key) ?? new LineCache(await grammarOf(language));
    files.delete(key);
    files.set(key, cache);
    for (const piece of cache.update(lines)) reply({ kind: "piece", key, piece });
  } catch (error) {
    // This version stays plain, and the next one starts from scratch.
    files.delete(key);
    console.warn(`Cannot highlight ${key}:`, error);
  }
  for (const oldest of files.keys()) {
    if (files.size <= keptFiles) break;
    files.delete(oldest);
  }
  reply({ kind: "done", key });
}

const reply = (message: HighlightReply): void => postMessage(message);

async function grammarOf(language: Language): Promise<Grammar<State>> {
  highlighter ??= createHighlighterCore({
    themes: [kindsTheme],
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
        theme: kindsTheme.name,
        tokenizeMaxLineLength: longestLine,
        tokenizeTimeLimit: lineTimeoutMs,
        ...(state && { grammarState: state }),
      });
      return {
        tokens: compact(tokens[0] ?? []),
        state: shiki.getLastGrammarState(tokens) ?? state,
      };
    },
    same: (one, other) => sameState(one, other),
  };
}

function sameState(one: State, other: State): boolean {
  const [first, second] = [one?.getInternalStack(), other?.getInternalStack()];
  return first && second ? first.equals(second) : first === second;
}

function compact(tokens: readonly { content: string; color?: string | undefined }[]): LineTokens {
  const line: number[] = [];
  for (const { content, color } of tokens) {
    const kind = kindOfColour(color);
    if (line.at(-1) === kind && line.length > 0)
      line[line.length - 2] = (line.at(-2) ?? 0) + content.length;
    else line.push(content.length, kind);
  }
  return line;
}
