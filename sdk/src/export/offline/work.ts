/** The agent's current file or the viewer's choice: its content with the last change marked. */
import { isHunk } from "@kulti/protocol/fold/edits.ts";
import type { Stage, StageFile } from "@kulti/protocol/fold/stage.ts";
import {
  type DiffRow,
  diffRows,
  linesOf,
  type Player,
  type PlayerState,
} from "../../player/index.ts";
import { element } from "./element.ts";
import { createTint } from "./tint.ts";

/** The most lines drawn around the change, and the most characters of a line. */
const maxLines = 1_500;
const maxCharacters = 2_000;

/** A row of the whole file's diff, which has no gaps. */
type Line = Exclude<DiffRow, { kind: "gap" }>;

export function createWork(player: Player) {
  const tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "Files" });
  const name = element("span", { class: "path" });
  const figures = element("span", { class: "figures" });
  const follow = element("button", { type: "button", class: "chip" }, "Following");
  const head = element("div", { class: "file-head" }, name, figures, follow);
  const code = element("div", { class: "code", tabindex: 0, "aria-label": "Code" });
  const empty = element("p", { class: "empty" }, "No file yet.");
  const node = element("div", { class: "work-body" }, tabs, head, code, empty);
  let drawn: StageFile | null = null;
  let tabsDrawn = "";
  follow.addEventListener("click", () => {
    const { stage } = player.store.get();
    if (chosenFile(player.store.get()) !== null) player.follow();
    else if (stage.active_file !== null)
      player.choose({ kind: "file", filename: stage.active_file });
  });

  function show(state: PlayerState): void {
    const { stage } = state;
    const chosen = chosenFile(state);
    const selected = chosen ?? stage.active_file;
    const file = selected === null ? undefined : stage.files.get(selected);
    for (const part of [tabs, head, code]) part.hidden = !file;
    empty.hidden = Boolean(file);
    follow.setAttribute("aria-pressed", String(chosen === null));
    follow.textContent = chosen === null ? "Following" : "Follow";
    drawTabs(stage, selected);
    if (!file || file === drawn) return;
    const isOther = drawn?.filename !== file.filename;
    drawn = file;
    drawFile(file, isOther);
  }

  function drawTabs({ files }: Stage, selected: string | null): void {
    const all = files.values().sort((one, other) => other.seq - one.seq);
    const key = JSON.stringify([selected, all.map((file) => [file.filename, file.deleted])]);
    if (key === tabsDrawn) return;
    tabsDrawn = key;
    tabs.replaceChildren(
      ...all.slice(0, 40).map(({ filename, deleted }) => {
        const tab = element(
          "button",
          {
            type: "button",
            role: "tab",
            "aria-selected": filename === selected,
            title: filename,
            "data-deleted": deleted,
          },
          element("bdi", {}, filename.split("/").at(-1) || filename),
        );
        tab.addEventListener("click", () => player.choose({ kind: "file", filename }));
        return tab;
      }),
    );
  }

  function drawFile(file: StageFile, isOther: boolean): void {
    const lines = linesOfFile(file);
    name.textContent = file.filename;
    const count = (kind: Line["kind"]) => lines.filter((line) => line.kind === kind).length;
    figures.replaceChildren(...wordsOf(file, count("added"), count("removed")));
    const first = Math.max(
      0,
      lines.findIndex((line) => line.kind !== "same"),
    );
    const from = Math.max(0, Math.min(first - maxLines / 3, lines.length - maxLines));
    const part = lines.slice(from, from + maxLines);
    const rest = lines.length - from - part.length;
    const tint = createTint(file.filename);
    code.replaceChildren(
      ...(from > 0 ? [leftOut(from)] : []),
      ...part.map((line) => drawLine(line, tint)),
      ...(rest > 0 ? [leftOut(rest)] : []),
    );
    const changed = code.querySelector<HTMLElement>('[data-kind="added"], [data-kind="removed"]');
    if (changed) {
      code.scrollTop = changed.offsetTop - code.clientHeight / 3;
      code.scrollLeft = 0;
    } else if (isOther) code.scrollTo(0, 0);
  }

  return { node, show };
}

/** Null while the pane follows the agent, and while the chosen file does not exist yet. */
function chosenFile({ follow: { following, chosen }, stage }: PlayerState): string | null {
  if (following || chosen?.kind !== "file") return null;
  return stage.files.has(chosen.filename) ? chosen.filename : null;
}

function wordsOf(file: StageFile, added: number, removed: number): Node[] {
  const words: Node[] = [];
  if (file.deleted) words.push(element("span", {}, "deleted"));
  else if (file.last_action === "rename") {
    words.push(element("span", {}, `was ${file.renamed_from ?? ""}`));
  }
  if (added > 0) words.push(element("span", { class: "plus" }, `+${added}`));
  if (removed > 0) words.push(element("span", { class: "minus" }, `−${removed}`));
  return words;
}

function linesOfFile(file: StageFile): Line[] {
  const { content, previous_content: previousContent, deleted, patches } = file;
  const removedLine = (text: string, oldLine: number): Line => ({ kind: "removed", text, oldLine });
  if (content !== null) {
    const lines = linesOf(content);
    const before = previousContent === null ? lines : linesOf(previousContent);
    return diffRows(before, lines, Number.POSITIVE_INFINITY) as Line[];
  }
  if (deleted && previousContent !== null) return linesOf(previousContent).map(removedLine);
  // Only edits of the file are known, so the pane shows them.
  return [...patches].flatMap((edit) => {
    const [removed, added] = isHunk(edit)
      ? [edit.removed, edit.added]
      : [edit.old_text.split("\n"), edit.new_text.split("\n")];
    const start = isHunk(edit) ? edit.start - 1 : 0;
    const addedLines = added.map(
      (text, at): Line => ({ kind: "added", text, newLine: start + at }),
    );
    return [...removed.map((text, at) => removedLine(text, start + at)), ...addedLines];
  });
}

function drawLine(line: Line, tint: ReturnType<typeof createTint>): HTMLElement {
  const number = line.kind === "removed" ? "" : String(line.newLine + 1);
  const { length } = line.text;
  const text =
    length > maxCharacters
      ? `${line.text.slice(0, maxCharacters)}… ${length - maxCharacters} more characters`
      : line.text;
  return element(
    "div",
    { class: "line", "data-kind": line.kind },
    element("span", { class: "number", "data-number": number }),
    element(
      "span",
      { class: "line-text" },
      ...tint(text).map((run) =>
        run.kind ? element("i", { class: run.kind }, run.text) : run.text,
      ),
    ),
  );
}

const leftOut = (count: number): HTMLElement =>
  element("div", { class: "left-out" }, `… ${count} lines …`);
