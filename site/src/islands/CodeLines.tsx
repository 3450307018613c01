/** The lines of a file: only those in view are on the page; what changed last is marked and scrolled to. */
import type { StageFile } from "@kulti/protocol";
import { type CSSProperties, useEffect, useLayoutEffect, useState } from "react";
import type { LineChange } from "../player/lines.ts";
import { LineText, longest_line } from "./LineText.tsx";
import { Scroller } from "./Scroller.tsx";
import { usePlayer, useSlice } from "./stage-context.ts";
import { useTokens } from "./use-tokens.ts";
import { code_line_height, useWindow } from "./use-window.ts";

interface Props {
  file: StageFile;
  lines: readonly string[];
  changes: readonly LineChange[];
}

/** How long a change stays lit. */
const fresh_ms = 2_600;

export function CodeLines({ file, lines, changes }: Props) {
  const player = usePlayer();
  const following = useSlice((state) => state.follow.following);
  const tokens = useTokens(file.filename, file.language, lines);
  const { scroller, from, to, reveal } = useWindow(lines.length);
  const is_fresh = useFresh(file);
  const first_changed = changes[0]?.new_start;
  const stay = () => player.stay({ kind: "file", filename: file.filename });

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version is scrolled to, also one with the same lines.
  useLayoutEffect(() => {
    if (following && first_changed !== undefined) reveal(first_changed);
  }, [following, first_changed, file.version, reveal]);

  const rows = [];
  for (let index = from; index < to; index++) {
    rows.push(
      <div
        className="line"
        key={index}
        data-changed={is_changed(changes, index) || undefined}
        data-cut={is_cut(changes, index) || undefined}
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
      data-fresh={is_fresh ? file.version % 2 : undefined}
      data-deleted={file.deleted}
      onWheel={stay}
      onPointerDown={stay}
      onKeyDown={(event) => scroll_keys.has(event.key) && stay()}
    >
      <div className="lines" style={sizes_of(lines)}>
        <div
          className="lines-shown"
          style={{ transform: `translateY(${from * code_line_height}px)` }}
        >
          {rows}
        </div>
      </div>
    </Scroller>
  );
}

const scroll_keys = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);

/** True for a moment after a change that the viewer saw happen. */
function useFresh(file: StageFile): boolean {
  const was_seen_coming = useSlice((state) => file.seq > state.seen_from);
  const [faded_version, set_faded] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => set_faded(file.version), fresh_ms);
    return () => clearTimeout(timer);
  }, [file.version]);
  return was_seen_coming && faded_version !== file.version;
}

const is_changed = (changes: readonly LineChange[], line: number): boolean =>
  changes.some(({ new_start, new_count }) => line >= new_start && line < new_start + new_count);

/** Lines went before this one, and none came in their place. */
const is_cut = (changes: readonly LineChange[], line: number): boolean =>
  changes.some(({ new_start, new_count }) => new_count === 0 && new_start === line);

export function sizes_of(lines: readonly string[]): CSSProperties {
  const widest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  // A line that is cut short says so behind its end.
  const longest = widest > longest_line ? longest_line + 60 : widest;
  const digits = String(lines.length).length;
  return {
    height: lines.length * code_line_height,
    "--longest": longest,
    "--digits": Math.max(2, digits),
  } as CSSProperties;
}
