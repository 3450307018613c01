import { type ChapterKind, chapterOf, type StoredEvent, titleOf } from "@kulti/protocol/event.ts";

const words: Record<ChapterKind, string> = {
  prompt: "Prompt",
  task: "Task",
  milestone: "Milestone",
  error: "Error",
  question: "Question",
};

/** The one-line label of an event that starts a chapter. Null for all other events. */
export function markerOf(event: StoredEvent): string | null {
  const kind = chapterOf(event);
  return kind === null ? null : label(words[kind], titleOf(event));
}

/** Cuts the text to at most 80 characters. */
function label(word: string, text: string): string {
  const line = oneLine(text);
  const characters = [...line];
  const short = characters.length > 80 ? `${characters.slice(0, 79).join("")}…` : line;
  return short === "" ? word : `${word}: ${short}`;
}

/** Removes controls, because a player writes the text into a terminal or a window's title. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();
