import type { StageFile } from "@kulti/protocol";
import type { WorkTarget } from "kulti/player";
import { memo, useMemo, useState } from "react";
import { inOrder } from "../../text/bidi.ts";
import { splitPath } from "../../text/paths.ts";

/** A list of thousands helps nobody, so the least recently touched files are behind a button. */
const maxFiles = 300;

interface Props {
  files: readonly StageFile[];
  shown: string | null;
  choose: (target: WorkTarget) => void;
}

/** All touched files, most recent first, each with the number of its changes. */
export function FileList({ files, shown, choose }: Props) {
  const [isWhole, setWhole] = useState(false);
  const newest = useMemo(() => {
    const sorted = [...files].sort((one, other) => other.seq - one.seq);
    return isWhole ? sorted : sorted.slice(0, maxFiles);
  }, [files, isWhole]);
  return (
    <nav className="file-list" aria-label="Files touched">
      <ul>
        {newest.map((file) => (
          <FileEntry
            key={file.filename}
            file={file}
            isShown={file.filename === shown}
            choose={choose}
          />
        ))}
        {newest.length < files.length && (
          <li>
            <button type="button" className="file-entry" onClick={() => setWhole(true)}>
              Show {files.length - newest.length} more
            </button>
          </li>
        )}
      </ul>
    </nav>
  );
}

interface EntryProps {
  file: StageFile;
  isShown: boolean;
  choose: Props["choose"];
}

const FileEntry = memo(function FileEntry({ file, isShown, choose }: EntryProps) {
  const { filename, version, deleted } = file;
  const { folder, base } = splitPath(filename);
  return (
    <li>
      <button
        type="button"
        className="file-entry"
        aria-current={isShown ? "true" : undefined}
        data-deleted={deleted}
        title={inOrder(filename)}
        onClick={() => choose({ kind: "file", filename })}
      >
        <span className="file-base">
          <bdi>{base}</bdi>
        </span>
        <span className="fact figure">
          {version}
          <span className="hidden">{version === 1 ? " change" : " changes"}</span>
        </span>
        {folder && (
          <span className="file-folder">
            <bdi>{folder}</bdi>
          </span>
        )}
      </button>
    </li>
  );
});
