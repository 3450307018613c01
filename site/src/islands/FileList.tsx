import type { StageFile } from "@kulti/protocol";
import { memo, useMemo, useState } from "react";
import { in_order } from "../player/bidi.ts";
import type { WorkTarget } from "../player/follow.ts";
import { split_path } from "../player/paths.ts";

/** A list of thousands helps nobody; what was touched longest ago is shown when asked for. */
const most_files = 300;

interface Props {
  files: readonly StageFile[];
  shown: string | null;
  choose: (target: WorkTarget) => void;
}

/** All files that were touched, the most recent first, each with the number of its changes. */
export function FileList({ files, shown, choose }: Props) {
  const [is_whole, set_whole] = useState(false);
  const newest = useMemo(() => {
    const sorted = [...files].sort((one, other) => other.seq - one.seq);
    return is_whole ? sorted : sorted.slice(0, most_files);
  }, [files, is_whole]);
  return (
    <nav className="file-list" aria-label="Files touched">
      <ul>
        {newest.map((file) => (
          <FileEntry
            key={file.filename}
            file={file}
            is_shown={file.filename === shown}
            choose={choose}
          />
        ))}
        {newest.length < files.length && (
          <li>
            <button type="button" className="file-entry" onClick={() => set_whole(true)}>
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
  is_shown: boolean;
  choose: Props["choose"];
}

const FileEntry = memo(function FileEntry({ file, is_shown, choose }: EntryProps) {
  const { filename, version, deleted } = file;
  const { folder, base } = split_path(filename);
  return (
    <li>
      <button
        type="button"
        className="file-entry"
        aria-current={is_shown ? "true" : undefined}
        data-deleted={deleted}
        title={in_order(filename)}
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
