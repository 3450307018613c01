import type { StageFile } from "@kulti/protocol";
import { sameTarget, type WorkTarget } from "kulti/player";
import { SquareTerminal } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { inOrder } from "../../text/bidi.ts";
import { splitPath } from "../../text/paths.ts";

/** The most recently changed files have tabs; the list has all files. */
const maxTabs = 12;

interface Props {
  files: readonly StageFile[];
  target: WorkTarget | null;
  hasTerminal: boolean;
  choose: (target: WorkTarget) => void;
}

export function FileTabs({ files, target, hasTerminal, choose }: Props) {
  const strip = useRef<HTMLDivElement>(null);
  const tabs = tabsOf(files, target);
  const targets: WorkTarget[] = tabs.map(({ filename }) => ({ kind: "file", filename }));
  if (hasTerminal) targets.push({ kind: "terminal" });
  const shown = targets.findIndex((one) => sameTarget(one, target));

  const shownKey = target?.kind === "file" ? target.filename : (target?.kind ?? "");
  useEffect(() => {
    if (shownKey === "") return;
    const tab = strip.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shownKey]);

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
        const isShown = index === shown;
        const name = one.kind === "file" ? one.filename : "Terminal";
        const file = one.kind === "file" ? tabs[index] : undefined;
        return (
          <button
            key={`${one.kind}:${name}`}
            type="button"
            role="tab"
            className="tab"
            aria-selected={isShown}
            aria-controls="work-view"
            tabIndex={isShown || (shown < 0 && index === 0) ? 0 : -1}
            title={inOrder(name)}
            data-kind={one.kind}
            data-testid={file ? "file-tab" : undefined}
            data-filename={file?.filename}
            data-deleted={file?.deleted}
            onClick={() => choose(one)}
          >
            {file ? (
              <bdi>{splitPath(file.filename).base}</bdi>
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

/** In the order of the files' first events, so tabs keep their places; always includes the current one. */
function tabsOf(files: readonly StageFile[], target: WorkTarget | null): StageFile[] {
  if (files.length <= maxTabs) return [...files];
  const newest = [...files].sort((one, other) => other.seq - one.seq).slice(0, maxTabs);
  const kept = new Set(newest.map((file) => file.filename));
  if (target?.kind === "file") kept.add(target.filename);
  return files.filter((file) => kept.has(file.filename));
}
