/** The last change of a file: removed and added lines, with a few lines of context. */
import type { StageFile } from "@kulti/protocol";
import type { DiffRow } from "kulti/player";
import type { CSSProperties } from "react";
import type { LineTokens } from "../../highlight/kinds.ts";
import { useTokens } from "../hooks/use-tokens.ts";
import { codeLineHeight, useWindow } from "../hooks/use-window.ts";
import { Scroller } from "../parts/Scroller.tsx";
import { LineText } from "./LineText.tsx";

interface Props {
  rows: readonly DiffRow[];
  file: StageFile;
  /** The file after the change. */
  lines: readonly string[];
}

export function DiffLines({ rows, file, lines }: Props) {
  const tokens = useTokens(file.filename, file.language, lines);
  const { scroller, from, to } = useWindow(rows.length);
  const longest = rows.reduce(
    (most, row) => Math.max(most, row.kind === "gap" ? 0 : row.text.length),
    0,
  );
  const sizes = {
    height: rows.length * codeLineHeight,
    "--longest": longest,
    "--digits": Math.max(2, String(lines.length).length),
  } as CSSProperties;
  return (
    <Scroller className="code diff" ref={scroller} label={`Last change of ${file.filename}`}>
      <div className="lines" style={sizes}>
        <div
          className="lines-shown"
          style={{ transform: `translateY(${from * codeLineHeight}px)` }}
        >
          {rows.slice(from, to).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row's place identifies it.
            <DiffLine key={from + index} row={row} tokens={tokens} />
          ))}
        </div>
      </div>
    </Scroller>
  );
}

const signs = { same: " ", added: "+", removed: "−" };
const spoken = { same: "", added: "added: ", removed: "removed: " };

interface DiffLineProps {
  row: DiffRow;
  tokens: readonly (LineTokens | undefined)[];
}

function DiffLine({ row, tokens }: DiffLineProps) {
  if (row.kind === "gap") {
    return (
      <div className="line line-gap">
        {row.count} unchanged {row.count === 1 ? "line" : "lines"}
      </div>
    );
  }
  const number = row.kind === "removed" ? row.oldLine : row.newLine;
  return (
    <div className="line" data-diff={row.kind}>
      <span className="line-number">{number + 1}</span>
      <span className="line-sign" aria-hidden="true">
        {signs[row.kind]}
      </span>
      <span className="hidden">{spoken[row.kind]}</span>
      <LineText text={row.text} tokens={row.kind === "removed" ? undefined : tokens[row.newLine]} />
    </div>
  );
}
