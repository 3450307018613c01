/** The file the agent works on, or the one that was picked: its content with the last change marked. */
import { is_hunk } from "@kulti/protocol/edits.ts";
import type { Stage, StageFile } from "@kulti/protocol/stage.ts";
import { changed_lines, type Line } from "./changes.ts";
import { element } from "./element.ts";
import { create_tint } from "./tint.ts";

/** Lines drawn at once, around the change, and characters of one line. */
const most_lines = 1_500;
const most_characters = 2_000;

export function create_work() {
  const tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "Files" });
  const name = element("span", { class: "path" });
  const figures = element("span", { class: "figures" });
  const follow = element("button", { type: "button", class: "chip" }, "Following");
  const head = element("div", { class: "file-head" }, name, figures, follow);
  const code = element("div", { class: "code", tabindex: 0, "aria-label": "Code" });
  const empty = element("p", { class: "empty" }, "No file yet.");
  const node = element("div", { class: "work-body" }, tabs, head, code, empty);
  let picked: string | null = null;
  let drawn: StageFile | null = null;
  let tabs_drawn = "";
  let stage: Stage | null = null;
  follow.addEventListener("click", () => {
    picked = picked === null ? (stage?.active_file ?? null) : null;
    if (stage) show(stage);
  });

  function show(next: Stage): void {
    stage = next;
    if (picked !== null && !next.files.has(picked)) picked = null;
    const selected = picked ?? next.active_file;
    const file = selected === null ? undefined : next.files.get(selected);
    for (const part of [tabs, head, code]) part.hidden = !file;
    empty.hidden = Boolean(file);
    follow.setAttribute("aria-pressed", String(picked === null));
    follow.textContent = picked === null ? "Following" : "Follow";
    draw_tabs(next, selected);
    if (!file || file === drawn) return;
    const is_other = drawn?.filename !== file.filename;
    drawn = file;
    draw_file(file, is_other);
  }

  function draw_tabs({ files }: Stage, selected: string | null): void {
    const all = files.values().sort((one, other) => other.seq - one.seq);
    const key = JSON.stringify([selected, all.map((file) => [file.filename, file.deleted])]);
    if (key === tabs_drawn) return;
    tabs_drawn = key;
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
        tab.addEventListener("click", () => {
          picked = filename;
          if (stage) show(stage);
        });
        return tab;
      }),
    );
  }

  function draw_file(file: StageFile, is_other: boolean): void {
    const lines = lines_of_file(file);
    name.textContent = file.filename;
    const count = (kind: Line["kind"]) => lines.filter((line) => line.kind === kind).length;
    figures.replaceChildren(...words_of(file, count("added"), count("removed")));
    const first = Math.max(
      0,
      lines.findIndex((line) => line.kind !== "same"),
    );
    const from = Math.max(0, Math.min(first - most_lines / 3, lines.length - most_lines));
    const part = lines.slice(from, from + most_lines);
    const rest = lines.length - from - part.length;
    const tint = create_tint(file.filename);
    code.replaceChildren(
      ...(from > 0 ? [left_out(from)] : []),
      ...part.map((line) => draw_line(line, tint)),
      ...(rest > 0 ? [left_out(rest)] : []),
    );
    const changed = code.querySelector<HTMLElement>('[data-kind="added"], [data-kind="removed"]');
    if (changed) {
      code.scrollTop = changed.offsetTop - code.clientHeight / 3;
      code.scrollLeft = 0;
    } else if (is_other) code.scrollTo(0, 0);
  }

  return { node, show };
}

function words_of(file: StageFile, added: number, removed: number): Node[] {
  const words: Node[] = [];
  if (file.deleted) words.push(element("span", {}, "deleted"));
  else if (file.last_action === "rename") {
    words.push(element("span", {}, `was ${file.renamed_from ?? ""}`));
  }
  if (added > 0) words.push(element("span", { class: "plus" }, `+${added}`));
  if (removed > 0) words.push(element("span", { class: "minus" }, `−${removed}`));
  return words;
}

function lines_of_file(file: StageFile): Line[] {
  const { content, previous_content, deleted, patches } = file;
  if (content !== null) return changed_lines(previous_content, content);
  if (deleted && previous_content !== null) {
    return changed_lines(null, previous_content).map(({ text }) => ({ kind: "removed", text }));
  }
  // Only edits of it were seen: they stand in its place.
  const lines: Line[] = [];
  for (const edit of patches) {
    const [removed, added] = is_hunk(edit)
      ? [edit.removed, edit.added]
      : [edit.old_text.split("\n"), edit.new_text.split("\n")];
    const start = is_hunk(edit) ? edit.start : 1;
    lines.push(...removed.map((text): Line => ({ kind: "removed", text })));
    lines.push(...added.map((text, at): Line => ({ kind: "added", text, number: start + at })));
  }
  return lines;
}

function draw_line(line: Line, tint: ReturnType<typeof create_tint>): HTMLElement {
  const number = line.kind === "removed" ? "" : String(line.number);
  const { length } = line.text;
  const text =
    length > most_characters
      ? `${line.text.slice(0, most_characters)}… ${length - most_characters} more characters`
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

const left_out = (count: number): HTMLElement =>
  element("div", { class: "left-out" }, `… ${count} lines …`);
