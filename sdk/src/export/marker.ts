import { type ChapterKind, chapterOf, type StoredEvent, titleOf } from "@kulti/protocol/event.ts";

const words: Record<ChapterKind, string> = {
  prompt: "Prompt",
  task: "Task",
  milestone: "Milestone",
  error: "Error",
  question: "Question",
};

/** What stands out in a session, in one line: the moments that a player makes chapters of. Null for all others. */
export function markerOf(event: StoredEvent): string | null {
  const kind = chapterOf(event);
  return kind === null ? null : label(words[kind], titleOf(event));
}

/** The text has at most 80 characters. */
function label(word: string, text: string): string {
  const line = oneLine(text);
  const characters = [...line];
  const short = characters.length > 80 ? `${characters.slice(0, 79).join("")}…` : line;
  return short === "" ? word : `${word}: ${short}`;
}

/** Without controls: a player writes it into a terminal or a window's title. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();
