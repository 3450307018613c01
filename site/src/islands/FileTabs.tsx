import type { StageFile } from "@kulti/protocol";
import { SquareTerminal } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { in_order } from "../player/bidi.ts";
import { same_target, type WorkTarget } from "../player/follow.ts";
import { split_path } from "../player/paths.ts";

/** The files changed last have a tab; the list has all of them. */
const most_tabs = 12;

interface Props {
  files: readonly StageFile[];
  target: WorkTarget | null;
  has_terminal: boolean;
  choose: (target: WorkTarget) => void;
}

export function FileTabs({ files, target, has_terminal, choose }: Props) {
  const strip = useRef<HTMLDivElement>(null);
  const tabs = tabs_of(files, target);
  const targets: WorkTarget[] = tabs.map(({ filename }) => ({ kind: "file", filename }));
  if (has_terminal) targets.push({ kind: "terminal" });
  const shown = targets.findIndex((one) => same_target(one, target));

  const shown_key = target?.kind === "file" ? target.filename : (target?.kind ?? "");
  useEffect(() => {
    if (shown_key === "") return;
    const tab = strip.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shown_key]);

  const move = (event: KeyboardEvent) => {
    const next = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: targets.length - 1 }[
      event.key
    ];
    const chosen = next === undefined ? undefined : targets.at(next % targets.length);
    if (!chosen) return;
    event.preventDefault();
    choose(chosen);
    requestAnimationFrame(() =>
      strip.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus(),
    );
  };

  if (targets.length === 0) return <h2 className="pane-title tabs">Work</h2>;
  return (
    <div className="tabs" role="tablist" aria-label="Files" ref={strip} onKeyDown={move}>
      {targets.map((one, index) => {
        const is_shown = index === shown;
        const name = one.kind === "file" ? one.filename : "Terminal";
        const file = one.kind === "file" ? tabs[index] : undefined;
        return (
          <button
            key={`${one.kind}:${name}`}
            type="button"
            role="tab"
            className="tab"
            aria-selected={is_shown}
            aria-controls="work-view"
            tabIndex={is_shown || (shown < 0 && index === 0) ? 0 : -1}
            title={in_order(name)}
            data-kind={one.kind}
            data-testid={file ? "file-tab" : undefined}
            data-filename={file?.filename}
            data-deleted={file?.deleted}
            onClick={() => choose(one)}
          >
            {file ? (
              <bdi>{split_path(file.filename).base}</bdi>
            ) : (
              <SquareTerminal className="icon" />
            )}
            {file ? null : "Terminal"}
          </button>
        );
      })}
    </div>
  );
}

/** In the order in which the files first came, so that tabs don't jump about; the shown one is always there. */
function tabs_of(files: readonly StageFile[], target: WorkTarget | null): StageFile[] {
  if (files.length <= most_tabs) return [...files];
  const newest = [...files].sort((one, other) => other.seq - one.seq).slice(0, most_tabs);
  const kept = new Set(newest.map((file) => file.filename));
  if (target?.kind === "file") kept.add(target.filename);
  return files.filter((file) => kept.has(file.filename));
}
