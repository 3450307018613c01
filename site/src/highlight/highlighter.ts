/** The page's side of highlighting: asks the worker, keeps each file's tokens, tells listeners when they change. */
import { realign } from "kulti/player";
import type { LineTokens } from "./kinds.ts";
import { languageOf } from "./language-of.ts";
import type { Language } from "./languages.ts";
import type { HighlightReply, HighlightRequest } from "./messages.ts";

export interface Highlighted {
  /** The version the tokens belong to. */
  lines: readonly string[];
  /** By line; undefined until the worker has read it. */
  tokens: readonly (LineTokens | undefined)[];
}

export interface Highlighter {
  /** Requests the tokens of this version, replacing an earlier request that is still waiting. */
  want(filename: string, language: string | null, lines: readonly string[]): void;
  get(filename: string, language: string | null): Highlighted | undefined;
  subscribe(listener: () => void): () => void;
}

interface PendingRequest {
  language: Language;
  lines: readonly string[];
}

interface Entry extends Highlighted {
  isBusy: boolean;
  pending: PendingRequest | null;
}

/** Larger files stay plain. */
const maxCharacters = 400_000;
/** A file with one longer line, such as minified code, stays plain too, because tokenising works on whole lines. */
const longestLine = 20_000;
const keptFiles = 24;

export type WorkerLike = Pick<Worker, "postMessage" | "addEventListener">;

export function createHighlighter(startWorker: () => WorkerLike): Highlighter {
  const entries = new Map<string, Entry>();
  const listeners = new Set<() => void>();
  let worker: WorkerLike | undefined;

  const send = (key: string, entry: Entry) => {
    if (entry.isBusy || !entry.pending) return;
    const { language, lines } = entry.pending;
    const isFirst = entry.lines.length === 0;
    entry.tokens = realign(entry.tokens, entry.lines, lines);
    entry.lines = lines;
    entry.pending = null;
    entry.isBusy = true;
    post({ key, language, lines, isFirst });
  };

  const post = (request: HighlightRequest) => {
    if (!worker) {
      worker = startWorker();
      worker.addEventListener("message", (event) =>
        onReply((event as MessageEvent<HighlightReply>).data),
      );
    }
    worker.postMessage(request);
  };

  const onReply = (reply: HighlightReply) => {
    const entry = entries.get(reply.key);
    if (!entry) return;
    if (reply.kind === "done") {
      entry.isBusy = false;
      send(reply.key, entry);
      return;
    }
    const { at, tokens } = reply.piece;
    const next = [...entry.tokens];
    tokens.forEach((line, index) => {
      next[at + index] = line;
    });
    // A new object, so that a comparison by identity detects the change.
    entries.set(reply.key, { ...entry, tokens: next });
    for (const listener of listeners) listener();
  };

  const forgetOldest = () => {
    for (const [key, entry] of entries) {
      if (entries.size <= keptFiles) return;
      if (!entry.isBusy) entries.delete(key);
    }
  };

  return {
    want(filename, named, lines) {
      const language = languageOf(filename, named);
      if (!language || totalLength(lines) > maxCharacters) return;
      if (lines.some((line) => line.length > longestLine)) return;
      const key = keyOf(filename, language);
      const entry = entries.get(key) ?? { lines: [], tokens: [], isBusy: false, pending: null };
      entry.pending = { language, lines };
      entries.delete(key);
      entries.set(key, entry);
      send(key, entry);
      forgetOldest();
    },
    get(filename, named) {
      const language = languageOf(filename, named);
      return language ? entries.get(keyOf(filename, language)) : undefined;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const keyOf = (filename: string, language: Language): string => `${language}:${filename}`;

const totalLength = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + line.length + 1, 0);
