/** The edits, one below the other, of a file whose whole content was never sent. */
import type { CodeEdit, StageFile } from "@kulti/protocol";
import { linesOf } from "kulti/player";
import { Scroller } from "../parts/Scroller.tsx";
import { LineText } from "./LineText.tsx";

/** The page leaves out older edits. */
const maxEdits = 200;

export function Hunks({ file }: { file: StageFile }) {
  const { patches } = file;
  if (patches.length === 0) {
    return (
      <p className="pane-empty">
        {file.deleted
          ? "The file was deleted; its content was never sent."
          : "Its content was not sent."}
      </p>
    );
  }
  const from = Math.max(0, patches.length - maxEdits);
  return (
    <Scroller className="code diff hunks" label={`Edits of ${file.filename}`}>
      {patches.slice(from).map((edit, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: edits are only ever added.
        <Hunk key={from + index} edit={edit} />
      ))}
    </Scroller>
  );
}

function Hunk({ edit }: { edit: CodeEdit }) {
  const { removed, added, start } = partsOf(edit);
  return (
    <div className="hunk">
      {start !== null && <div className="line line-gap">from line {start}</div>}
      {removed.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an edit never change.
        <HunkLine key={index} kind="removed" text={text} />
      ))}
      {added.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an edit never change.
        <HunkLine key={index} kind="added" text={text} />
      ))}
    </div>
  );
}

function HunkLine({ kind, text }: { kind: "removed" | "added"; text: string }) {
  return (
    <div className="line" data-diff={kind}>
      <span className="line-sign" aria-hidden="true">
        {kind === "added" ? "+" : "−"}
      </span>
      <span className="hidden">{kind}: </span>
      <LineText text={text} tokens={undefined} />
    </div>
  );
}

function partsOf(edit: CodeEdit): { removed: string[]; added: string[]; start: number | null } {
  if ("start" in edit) return edit;
  const lines = (text: string) => (text === "" ? [] : linesOf(text));
  return { removed: lines(edit.old_text), added: lines(edit.new_text), start: null };
}
