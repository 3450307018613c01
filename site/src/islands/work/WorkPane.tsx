/** The Work: the agent's files and, if there is room, its terminal. It follows the agent until the viewer acts. */
import type { StageFile } from "@kulti/protocol";
import { shownTarget, type WorkTarget } from "kulti/player";
import { Crosshair, ExternalLink, PanelLeft } from "lucide-react";
import { useMemo } from "react";
import { safeUrl, untrustedRel } from "../../text/links.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { useStored } from "../hooks/use-stored.ts";
import { FileList } from "./FileList.tsx";
import { FileTabs } from "./FileTabs.tsx";
import { FileView } from "./FileView.tsx";
import { TerminalDock } from "./TerminalDock.tsx";
import { TerminalView } from "./TerminalView.tsx";

interface Props {
  /** Below the code, a tab beside the files, or a pane of its own elsewhere. */
  terminal: "below" | "tab" | "none";
}

export function WorkPane({ terminal }: Props) {
  const player = usePlayer();
  const files = useSlice((state) => state.stage.files);
  const activeFile = useSlice((state) => state.stage.active_file);
  const follow = useSlice((state) => state.follow);
  const hasTerminal = useSlice((state) => state.stage.terminal.length > 0);
  const [list, keepList] = useStored("kulti.files", "open");
  const all = useMemo(() => files.values(), [files]);
  const hasTab = terminal === "tab" && hasTerminal;
  const target = targetIn(shownTarget(follow), hasTab, activeFile);
  const file = target?.kind === "file" ? files.get(target.filename) : undefined;
  const isListShown = terminal === "below" && list === "open" && all.length > 1;

  return (
    <section
      className="pane work"
      id="work"
      aria-label="Work"
      tabIndex={-1}
      data-following={follow.following}
    >
      <div className="work-bar">
        {terminal === "below" && all.length > 1 && (
          <button
            type="button"
            className="tool-button list-toggle"
            aria-pressed={isListShown}
            title={isListShown ? "Hide the list of files" : "Show the list of files"}
            onClick={() => keepList(isListShown ? "closed" : "open")}
          >
            <PanelLeft className="icon" />
            <span className="hidden">Files</span>
          </button>
        )}
        <FileTabs files={all} target={target} hasTerminal={hasTab} choose={player.choose} />
        <PreviewLink />
        {(all.length > 0 || hasTab) && (
          <button
            type="button"
            className="tool-button follow"
            aria-pressed={follow.following}
            title={
              follow.following ? "Following the agent; click to stay here" : "Follow the agent"
            }
            onClick={() => {
              if (!follow.following) player.follow();
              else if (target) player.stay(target);
            }}
          >
            <Crosshair className="icon" />
            {follow.following ? "Following" : "Follow"}
          </button>
        )}
      </div>
      <div className="work-body">
        {isListShown && (
          <FileList files={all} shown={file?.filename ?? null} choose={player.choose} />
        )}
        <div className="work-view" role="tabpanel" id="work-view" aria-label={labelOf(target)}>
          <Shown target={target} file={file} terminal={terminal} />
        </div>
      </div>
      {terminal === "below" && <TerminalDock isAlone={all.length === 0} />}
    </section>
  );
}

function Shown({
  target,
  file,
  terminal,
}: { target: WorkTarget | null; file: StageFile | undefined } & Props) {
  const ranSomething = useSlice((state) => state.stage.terminal.length > 0);
  if (target?.kind === "terminal") return <TerminalView />;
  if (file) return <FileView key={file.filename} file={file} />;
  // The viewer chose it and then went back to before it was written.
  if (target?.kind === "file") {
    return (
      <p className="pane-empty">
        <bdi>{target.filename}</bdi> does not exist yet at this point.
      </p>
    );
  }
  const isShownElsewhere = terminal === "below" && ranSomething;
  if (isShownElsewhere) return null;
  return <p className="pane-empty">No files yet. The first one opens here.</p>;
}

/** If the terminal has its own place, the files stay in view while it runs. */
function targetIn(
  target: WorkTarget | null,
  hasTab: boolean,
  activeFile: string | null,
): WorkTarget | null {
  if (target?.kind === "file" || (target?.kind === "terminal" && hasTab)) return target;
  return activeFile === null ? null : { kind: "file", filename: activeFile };
}

const labelOf = (target: WorkTarget | null): string =>
  target?.kind === "file" ? target.filename : "Terminal";

function PreviewLink() {
  const previewUrl = useSlice((state) => state.stage.preview_url);
  const url = previewUrl ? safeUrl(previewUrl) : null;
  if (!url) return null;
  return (
    <a className="tool-button" href={url} target="_blank" rel={untrustedRel} title={url}>
      <ExternalLink className="icon" />
      <span className="preview-word">Preview</span>
    </a>
  );
}
