/** The messages between the page and its highlighting worker. */
import type { Language } from "./languages.ts";
import type { Piece } from "./line-cache.ts";

/** One at a time per `key`: the page sends the next one after `done`. */
export interface HighlightRequest {
  key: string;
  language: Language;
  lines: readonly string[];
  /** The page has no tokens of this file, so it wants all of them. */
  isFirst: boolean;
}

export type HighlightReply =
  | { kind: "piece"; key: string; piece: Piece }
  | { kind: "done"; key: string };
