/** The lines of a file. Only lines in view are on the page; the last change is marked and scrolled into view. */
import type { StageFile } from "@kulti/protocol";
import type { LineChange } from "kulti/player";
import { type CSSProperties, useEffect, useLayoutEffect, useState } from "react";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { useTokens } from "../hooks/use-tokens.ts";
import { codeLineHeight, useWindow } from "../hooks/use-window.ts";
import { Scroller } from "../parts/Scroller.tsx";
import { LineText, longestLine } from "./LineText.tsx";

interface Props {
  file: StageFile;
  lines: readonly string[];
  changes: readonly LineChange[];
}

/** How long a change stays highlighted. */
const freshMs = 2_600;

export function CodeLines({ file, lines, changes }: Props) {
  const player = usePlayer();
  const following = useSlice((state) => state.follow.following);
  const tokens = useTokens(file.filename, file.language, lines);
  const { scroller, from, to, reveal } = useWindow(lines.length);
  const isFresh = useFresh(file);
  const firstChanged = changes[0]?.newStart;
  const stay = () => player.stay({ kind: "file", filename: file.filename });

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls to each version, also one with the same lines.
  useLayoutEffect(() => {
    if (following && firstChanged !== undefined) reveal(firstChanged);
  }, [following, firstChanged, file.version, reveal]);

  const rows = [];
  for (let index = from; index < to; index++) {
    rows.push(
      <div
        className="line"
        key={index}
        data-changed={isChanged(changes, index) || undefined}
        data-cut={isCut(changes, index) || undefined}
      >
        <span className="line-number">{index + 1}</span>
        <LineText text={lines[index] ?? ""} tokens={tokens[index]} />
      </div>,
    );
  }
  return (
    <Scroller
      className="code"
      ref={scroller}
      label={`Content of ${file.filename}`}
      data-fresh={isFresh ? file.version % 2 : undefined}
      data-deleted={file.deleted}
      onWheel={stay}
      onPointerDown={stay}
      onKeyDown={(event) => scrollKeys.has(event.key) && stay()}
    >
      <div className="lines" style={sizesOf(lines)}>
        <div
          className="lines-shown"
          style={{ transform: `translateY(${from * codeLineHeight}px)` }}
        >
          {rows}
        </div>
      </div>
    </Scroller>
  );
}

const scrollKeys = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);

/** True for a moment after a change that the viewer saw happen. */
function useFresh(file: StageFile): boolean {
  const wasSeenComing = useSlice((state) => file.seq > state.seenFrom);
  const [fadedVersion, setFaded] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setFaded(file.version), freshMs);
    return () => clearTimeout(timer);
  }, [file.version]);
  return wasSeenComing && fadedVersion !== file.version;
}

const isChanged = (changes: readonly LineChange[], line: number): boolean =>
  changes.some(({ newStart, newCount }) => line >= newStart && line < newStart + newCount);

/** Lines before this one were removed without replacement. */
const isCut = (changes: readonly LineChange[], line: number): boolean =>
  changes.some(({ newStart, newCount }) => newCount === 0 && newStart === line);

function sizesOf(lines: readonly string[]): CSSProperties {
  const widest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  // A shortened line ends with a note.
  const longest = widest > longestLine ? longestLine + 60 : widest;
  const digits = String(lines.length).length;
  return {
    height: lines.length * codeLineHeight,
    "--longest": longest,
    "--digits": Math.max(2, digits),
  } as CSSProperties;
}
