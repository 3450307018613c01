import {
  CircleCheck,
  CircleQuestionMark,
  Flag,
  List,
  type LucideIcon,
  TriangleAlert,
} from "lucide-react";
import { type Chapter, type ChapterKind, chapter_at, chapter_index } from "../player/chapters.ts";
import { elapsed_text } from "../player/time.ts";
import { Menu } from "./Menu.tsx";
import { usePlayer, useSlice } from "./stage-context.ts";

const icons: Record<ChapterKind, LucideIcon> = {
  prompt: CircleQuestionMark,
  task: Flag,
  milestone: CircleCheck,
  error: TriangleAlert,
};

/** Nobody reads more; those around the place shown are listed. */
const most_listed = 400;

export function ChaptersMenu() {
  const count = useSlice((state) => state.chapters.length);
  const current = useSlice((state) => chapter_at(state.chapters, state.position.seq));
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
      test_id="chapters"
      className="chapters-button"
    >
      {(close) => <ChapterList close={close} />}
    </Menu>
  );
}

function ChapterList({ close }: { close: () => void }) {
  const player = usePlayer();
  const chapters = useSlice((state) => state.chapters);
  const shown = useSlice((state) => chapter_index(state.chapters, state.position.seq));
  const from = Math.max(0, Math.min(shown - most_listed / 2, chapters.length - most_listed));
  const listed = chapters.slice(from, from + most_listed);
  const go = ({ seq }: Chapter) => {
    player.send({ kind: "seek", ms: player.timeline.ms_of(seq) });
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
              <time className="fact figure">{elapsed_text(chapter.ms)}</time>
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
