/** Chapters: prompts, tasks, milestones reached and errors, each a place worth going to. */
import { List, type StoredEvent } from "@kulti/protocol";
import type { Moment } from "./moment.ts";

export type ChapterKind = "prompt" | "task" | "milestone" | "error";

export interface Chapter {
  seq: number;
  /** Session time. */
  ms: number;
  kind: ChapterKind;
  title: string;
}

export type Chapters = List<Chapter>;

export const no_chapters: Chapters = List.empty;

const longest_title = 160;
/** The title stands within so many. */
const title_characters = 4 * longest_title;

/** Called for each event in order; `after` is the moment that it made. */
export function extend_chapters(
  chapters: Chapters,
  event: StoredEvent,
  after: Moment,
  ms: number,
): Chapters {
  const begin = (kind: ChapterKind, text: string) =>
    chapters.push({ seq: event.seq, ms, kind, title: title_of(text) });
  switch (event.type) {
    case "task": {
      const last = chapters.last;
      const is_same = last?.kind === "task" && last.title === title_of(event.data.title);
      return is_same ? chapters : begin("task", event.data.title);
    }
    case "milestone":
      return event.data.completed ? begin("milestone", event.data.label) : chapters;
    case "error":
      return begin("error", event.data.message);
    case "thought": {
      const { thought_type, stream_id, content } = event.data;
      if (thought_type !== "prompt") return chapters;
      const last = chapters.last;
      const index = stream_id === undefined ? undefined : after.stage.streams.get(stream_id);
      const written = index === undefined ? undefined : after.stage.thoughts.get(index);
      if (!written || written.seq === event.seq) return begin("prompt", content);
      // A prompt that comes in parts gets its title as it grows, until nothing that follows can change it.
      const is_open = written.content.length - content.length < title_characters;
      return is_open && last?.seq === written.seq
        ? chapters.set(chapters.length - 1, { ...last, title: title_of(written.content) })
        : chapters;
    }
    default:
      return chapters;
  }
}

/** The first line that says something. */
function title_of(text: string): string {
  const line = text.slice(0, title_characters).match(/\S.*/)?.[0].trimEnd() ?? "";
  return line.length > longest_title ? `${line.slice(0, longest_title - 1)}…` : line;
}

/** The chapter that `seq` lies in. */
export function chapter_at(chapters: Chapters, seq: number): Chapter | undefined {
  return chapters.get(chapter_index(chapters, seq));
}

/** -1 before the first chapter. */
export function chapter_index(chapters: Chapters, seq: number): number {
  let [low, high] = [0, chapters.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chapters.get(middle)?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
