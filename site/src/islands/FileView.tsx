/** One file: its name and what happened to it, and its lines, the last change or its hunks. */
import type { StageFile } from "@kulti/protocol";
import { Check, Copy } from "lucide-react";
import { useMemo, useState } from "react";
import { in_order } from "../player/bidi.ts";
import { compare_lines, count_lines, diff_rows, lines_of } from "../player/lines.ts";
import { split_path } from "../player/paths.ts";
import { CodeLines } from "./CodeLines.tsx";
import { DiffLines } from "./DiffLines.tsx";
import { FileMoment } from "./FileMoment.tsx";
import { Hunks } from "./Hunks.tsx";
import { useCopied } from "./ShareButton.tsx";
import { usePlayer } from "./stage-context.ts";

export function FileView({ file }: { file: StageFile }) {
  const player = usePlayer();
  const [is_diff, set_diff] = useState(false);
  const { content, previous_content, deleted } = file;
  const text = deleted ? previous_content : content;
  const lines = useMemo(() => (text === null ? null : lines_of(text)), [text]);
  const before = useMemo(
    () => (previous_content === null || deleted ? null : lines_of(previous_content)),
    [previous_content, deleted],
  );
  const changes = useMemo(
    () => (lines && before ? compare_lines(before, lines) : []),
    [lines, before],
  );
  const rows = useMemo(
    () => (is_diff && lines && before ? diff_rows(before, lines) : null),
    [is_diff, lines, before],
  );

  return (
    <div className="file" data-testid="code" data-filename={file.filename}>
      <div className="file-bar">
        <FileName filename={file.filename} />
        <FileBadges file={file} />
        {changes.length > 0 && <ChangeCount changes={changes} />}
        <span className="file-space" />
        <FileMoment file={file} />
        {changes.length > 0 && (
          <button
            type="button"
            className="tool-button"
            aria-pressed={is_diff}
            title="Show the last change only"
            onClick={() => {
              player.stay({ kind: "file", filename: file.filename });
              set_diff(!is_diff);
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
  const { folder, base } = split_path(filename);
  return (
    <span className="file-name" title={in_order(filename)}>
      <span className="file-folder">
        <bdi>{folder}</bdi>
      </span>
      <bdi>{base}</bdi>
    </span>
  );
}

function FileBadges({ file }: { file: StageFile }) {
  const { deleted, renamed_from, version, last_action, content, patches } = file;
  const words = [
    deleted ? "deleted" : null,
    renamed_from ? `renamed from ${in_order(renamed_from)}` : null,
    version === 1 && last_action === "write" ? "new" : null,
    content === null && patches.length > 0 ? "only its edits are known" : null,
    content !== null && patches.length > 0 ? "some edits did not fit" : null,
  ];
  return words.map(
    (word) =>
      word && (
        <span className="file-word" data-word={word.split(" ", 1)[0]} key={word}>
          {word}
        </span>
      ),
  );
}

function ChangeCount({ changes }: { changes: Parameters<typeof count_lines>[0] }) {
  const { added, removed } = count_lines(changes);
  return (
    <span className="change-count figure">
      <span data-sign="added">+{added}</span> <span data-sign="removed">−{removed}</span>
      <span className="hidden"> lines in the last change</span>
    </span>
  );
}

function CopyButton({ text }: { text: string }) {
  const { is_copied, copy } = useCopied();
  return (
    <button type="button" className="tool-button" title="Copy the file" onClick={() => copy(text)}>
      {is_copied ? <Check className="icon" /> : <Copy className="icon" />}
      <span className="hidden">{is_copied ? "Copied" : "Copy the file"}</span>
    </button>
  );
}
