/** One file: its name, its state, and its lines, its last change or its hunks. */
import type { StageFile } from "@kulti/protocol";
import { compareLines, countLines, diffRows, linesOf } from "kulti/player";
import { Check, Copy } from "lucide-react";
import { useMemo, useState } from "react";
import { inOrder } from "../../text/bidi.ts";
import { splitPath } from "../../text/paths.ts";
import { usePlayer } from "../hooks/stage-context.ts";
import { useCopied } from "../stage/ShareButton.tsx";
import { CodeLines } from "./CodeLines.tsx";
import { DiffLines } from "./DiffLines.tsx";
import { Hunks } from "./Hunks.tsx";
import { LastChangeButtons } from "./LastChangeButtons.tsx";

export function FileView({ file }: { file: StageFile }) {
  const player = usePlayer();
  const [isDiff, setDiff] = useState(false);
  const { content, previous_content: previousContent, deleted } = file;
  const text = deleted ? previousContent : content;
  const lines = useMemo(() => (text === null ? null : linesOf(text)), [text]);
  const before = useMemo(
    () => (previousContent === null || deleted ? null : linesOf(previousContent)),
    [previousContent, deleted],
  );
  const changes = useMemo(
    () => (lines && before ? compareLines(before, lines) : []),
    [lines, before],
  );
  const rows = useMemo(
    () => (isDiff && lines && before ? diffRows(before, lines) : null),
    [isDiff, lines, before],
  );

  return (
    <div className="file" data-testid="code" data-filename={file.filename}>
      <div className="file-bar">
        <FileName filename={file.filename} />
        <FileBadges file={file} />
        {changes.length > 0 && <ChangeCount changes={changes} />}
        <span className="file-space" />
        <LastChangeButtons file={file} />
        {changes.length > 0 && (
          <button
            type="button"
            className="tool-button"
            aria-pressed={isDiff}
            title="Show the last change only"
            onClick={() => {
              player.stay({ kind: "file", filename: file.filename });
              setDiff(!isDiff);
            }}
          >
            Diff
          </button>
        )}
        {text !== null && <CopyButton text={text} />}
      </div>
      {rows ? (
        <DiffLines rows={rows} file={file} lines={lines ?? []} />
      ) : lines ? (
        <CodeLines file={file} lines={lines} changes={changes} />
      ) : (
        <Hunks file={file} />
      )}
    </div>
  );
}

function FileName({ filename }: { filename: string }) {
  const { folder, base } = splitPath(filename);
  return (
    <span className="file-name" title={inOrder(filename)}>
      <span className="file-folder">
        <bdi>{folder}</bdi>
      </span>
      <bdi>{base}</bdi>
    </span>
  );
}

function FileBadges({ file }: { file: StageFile }) {
  const {
    deleted,
    renamed_from: renamedFrom,
    version,
    last_action: lastAction,
    content,
    patches,
  } = file;
  const badges = [
    deleted ? "deleted" : null,
    renamedFrom ? `renamed from ${inOrder(renamedFrom)}` : null,
    version === 1 && lastAction === "write" ? "new" : null,
    content === null && patches.length > 0 ? "only its edits were sent" : null,
    content !== null && patches.length > 0 ? "some edits did not fit" : null,
  ];
  return badges.map(
    (badge) =>
      badge && (
        <span className="file-word" data-word={badge.split(" ", 1)[0]} key={badge}>
          {badge}
        </span>
      ),
  );
}

function ChangeCount({ changes }: { changes: Parameters<typeof countLines>[0] }) {
  const { added, removed } = countLines(changes);
  return (
    <span className="change-count figure">
      <span data-sign="added">+{added}</span> <span data-sign="removed">−{removed}</span>
      <span className="hidden"> lines in the last change</span>
    </span>
  );
}

function CopyButton({ text }: { text: string }) {
  const { isCopied, copy } = useCopied();
  return (
    <button type="button" className="tool-button" title="Copy the file" onClick={() => copy(text)}>
      {isCopied ? <Check className="icon" /> : <Copy className="icon" />}
      <span className="hidden">{isCopied ? "Copied" : "Copy the file"}</span>
    </button>
  );
}
