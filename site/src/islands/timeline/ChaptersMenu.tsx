import { type Chapter, type ChapterKind, chapterAt, chapterIndex } from "kulti/player";
import {
  CircleCheck,
  CircleQuestionMark,
  Flag,
  List,
  type LucideIcon,
  MessageCircleQuestionMark,
  TriangleAlert,
} from "lucide-react";
import { elapsedText } from "../../text/time.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { Menu } from "../parts/Menu.tsx";

const icons: Record<ChapterKind, LucideIcon> = {
  prompt: CircleQuestionMark,
  task: Flag,
  milestone: CircleCheck,
  error: TriangleAlert,
  question: MessageCircleQuestionMark,
};

/** The menu lists at most this many chapters, those around the current one: nobody reads more. */
const maxListed = 400;

export function ChaptersMenu() {
  const count = useSlice((state) => state.chapters.length);
  const current = useSlice((state) => chapterAt(state.chapters, state.position.seq));
  if (count === 0) return null;
  return (
    <Menu
      face={
        <>
          <List className="icon" />
          <span className="chapter-now">{current?.title ?? "before the first"}</span>
        </>
      }
      title="Chapters"
      label="Chapters:"
      testId="chapters"
      className="chapters-button"
    >
      {(close) => <ChapterList close={close} />}
    </Menu>
  );
}

function ChapterList({ close }: { close: () => void }) {
  const player = usePlayer();
  const chapters = useSlice((state) => state.chapters);
  const shown = useSlice((state) => chapterIndex(state.chapters, state.position.seq));
  const from = Math.max(0, Math.min(shown - maxListed / 2, chapters.length - maxListed));
  const listed = chapters.slice(from, from + maxListed);
  const go = ({ seq }: Chapter) => {
    player.send({ kind: "seek", ms: player.timeline.msOf(seq) });
    close();
  };
  return (
    <ol className="chapters" aria-label="Chapters">
      {listed.map((chapter, index) => {
        const Icon = icons[chapter.kind];
        return (
          <li key={chapter.seq}>
            <button
              type="button"
              className="menu-entry"
              data-testid="chapter"
              data-kind={chapter.kind}
              data-seq={chapter.seq}
              aria-current={from + index === shown}
              onClick={() => go(chapter)}
            >
              <Icon className="icon" aria-hidden="true" />
              <span className="hidden">{chapter.kind}: </span>
              <span className="chapter-title" dir="auto">
                {chapter.title}
              </span>
              <time className="fact figure">{elapsedText(chapter.ms)}</time>
            </button>
          </li>
        );
      })}
      {listed.length < chapters.length && (
        <li className="fact">{chapters.length - listed.length} more are left out here</li>
      )}
    </ol>
  );
}
