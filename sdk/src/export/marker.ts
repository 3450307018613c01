import type { StoredEvent } from "@kulti/protocol/event.ts";

/** What stands out in a session, in one line: the moments that a player makes chapters of. Null for all others. */
export function markerOf(event: StoredEvent): string | null {
  switch (event.type) {
    case "thought":
      return event.data.thought_type === "prompt" ? label("Prompt", event.data.content) : null;
    case "task":
      return label("Task", event.data.title);
    case "milestone":
      return event.data.completed ? label("Milestone", event.data.label) : null;
    case "error":
      return label("Error", event.data.message);
    default:
      return null;
  }
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
