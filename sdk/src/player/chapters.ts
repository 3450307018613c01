/** Chapters: the prompts, tasks, completed milestones and errors that a viewer may want to go to. */
import { type ChapterKind, chapterOf, List, type StoredEvent, titleOf } from "@kulti/protocol";
import type { Snapshot } from "./snapshot.ts";

export type { ChapterKind };

export interface Chapter {
  seq: number;
  /** Session time. */
  ms: number;
  kind: ChapterKind;
  title: string;
}

export type Chapters = List<Chapter>;

export const noChapters: Chapters = List.empty;

const longestTitle = 160;
/** The title is within this many characters. */
const titleCharacters = 4 * longestTitle;

/** Call it for each event in order. `after` is the snapshot after the event. */
export function extendChapters(
  chapters: Chapters,
  event: StoredEvent,
  after: Snapshot,
  ms: number,
): Chapters {
  const kind = chapterOf(event);
  if (kind === null) return chapters;
  const title = lineOf(titleOf(event));
  const last = chapters.last;
  if (kind === "task" && last?.kind === "task" && last.title === title) return chapters;
  const begun = (): Chapters => chapters.push({ seq: event.seq, ms, kind, title });
  if (event.type !== "thought") return begun();
  const { stream_id: streamId, content } = event.data;
  const index = streamId === undefined ? undefined : after.stage.streams.get(streamId);
  const written = index === undefined ? undefined : after.stage.thoughts.get(index);
  if (!written || written.seq === event.seq) return begun();
  // A streamed prompt's title grows with it, until later parts cannot change it.
  const isOpen = written.content.length - content.length < titleCharacters;
  return isOpen && last?.seq === written.seq
    ? chapters.set(chapters.length - 1, { ...last, title: lineOf(written.content) })
    : chapters;
}

/** The first line that is not blank. */
function lineOf(text: string): string {
  const line = text.slice(0, titleCharacters).match(/\S.*/)?.[0].trimEnd() ?? "";
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line;
}

/** The chapter that contains `seq`. */
export function chapterAt(chapters: Chapters, seq: number): Chapter | undefined {
  return chapters.get(chapterIndex(chapters, seq));
}

/** -1 before the first chapter. */
export function chapterIndex(chapters: Chapters, seq: number): number {
  let [low, high] = [0, chapters.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chapters.get(middle)?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
