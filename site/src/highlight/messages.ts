/** What the page and its highlighting worker say to each other. */
import type { Language } from "./languages.ts";
import type { Piece } from "./line-cache.ts";

/** One at a time per `key`: the next is sent after `done`. */
export interface HighlightRequest {
  key: string;
  language: Language;
  lines: readonly string[];
  /** The page knows nothing of this file's tokens, so all are wanted. */
  isFirst: boolean;
}

export type HighlightReply =
  | { kind: "piece"; key: string; piece: Piece }
  | { kind: "done"; key: string };
