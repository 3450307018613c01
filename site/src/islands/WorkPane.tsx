/** The Work: what the agent writes, and where there is room what it runs. It follows the agent until the viewer acts. */
import type { StageFile } from "@kulti/protocol";
import { Crosshair, ExternalLink, PanelLeft } from "lucide-react";
import { useMemo } from "react";
import { shown_target, type WorkTarget } from "../player/follow.ts";
import { safe_url, untrusted_rel } from "../player/links.ts";
import { FileList } from "./FileList.tsx";
import { FileTabs } from "./FileTabs.tsx";
import { FileView } from "./FileView.tsx";
import { usePlayer, useSlice } from "./stage-context.ts";
import { TerminalDock } from "./TerminalDock.tsx";
import { TerminalView } from "./TerminalView.tsx";
import { useKept } from "./use-kept.ts";

interface Props {
  /** Below the code, a tab beside the files, or a pane of its own elsewhere. */
  terminal: "below" | "tab" | "none";
}

export function WorkPane({ terminal }: Props) {
  const player = usePlayer();
  const files = useSlice((state) => state.stage.files);
  const active_file = useSlice((state) => state.stage.active_file);
  const follow = useSlice((state) => state.follow);
  const has_terminal = useSlice((state) => state.stage.terminal.length > 0);
  const [list, keep_list] = useKept("kulti.files", "open");
  const all = useMemo(() => files.values(), [files]);
  const has_tab = terminal === "tab" && has_terminal;
  const target = target_in(shown_target(follow), has_tab, active_file);
  const file = target?.kind === "file" ? files.get(target.filename) : undefined;
  const is_list_shown = terminal === "below" && list === "open" && all.length > 1;

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
            aria-pressed={is_list_shown}
            title={is_list_shown ? "Hide the list of files" : "Show the list of files"}
            onClick={() => keep_list(is_list_shown ? "closed" : "open")}
          >
            <PanelLeft className="icon" />
            <span className="hidden">Files</span>
          </button>
        )}
        <FileTabs files={all} target={target} has_terminal={has_tab} choose={player.choose} />
        <PreviewLink />
        {(all.length > 0 || has_tab) && (
          <button
            type="button"
            className="tool-button follow"
            aria-pressed={follow.following}
            title={
              follow.following
                ? "Shows what the agent touches; click to stay here"
                : "Follow the agent"
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
        {is_list_shown && (
          <FileList files={all} shown={file?.filename ?? null} choose={player.choose} />
        )}
        <div className="work-view" role="tabpanel" id="work-view" aria-label={label_of(target)}>
          <Shown target={target} file={file} terminal={terminal} />
        </div>
      </div>
      {terminal === "below" && <TerminalDock is_alone={all.length === 0} />}
    </section>
  );
}

function Shown({
  target,
  file,
  terminal,
}: { target: WorkTarget | null; file: StageFile | undefined } & Props) {
  const ran_something = useSlice((state) => state.stage.terminal.length > 0);
  if (target?.kind === "terminal") return <TerminalView />;
  if (file) return <FileView key={file.filename} file={file} />;
  const is_shown_elsewhere = terminal === "below" && ran_something;
  if (is_shown_elsewhere) return null;
  return <p className="pane-empty">No file has been touched yet. The first one opens here.</p>;
}

/** Where the terminal has a place of its own, the files stay in view while it runs. */
function target_in(
  target: WorkTarget | null,
  has_tab: boolean,
  active_file: string | null,
): WorkTarget | null {
  if (target?.kind === "file" || (target?.kind === "terminal" && has_tab)) return target;
  return active_file === null ? null : { kind: "file", filename: active_file };
}

const label_of = (target: WorkTarget | null): string =>
  target?.kind === "file" ? target.filename : "Terminal";

function PreviewLink() {
  const preview_url = useSlice((state) => state.stage.preview_url);
  const url = preview_url ? safe_url(preview_url) : null;
  if (!url) return null;
  return (
    <a className="tool-button" href={url} target="_blank" rel={untrusted_rel} title={url}>
      <ExternalLink className="icon" />
      <span className="preview-word">Preview</span>
    </a>
  );
}
