/** The thoughts up to the moment shown, with errors, milestones and the chat among them. */
import type { Stage, StageError, Thought } from "@kulti/protocol/fold/stage.ts";
import { elapsedText } from "../recorded-session.ts";
import { element } from "./element.ts";
import type { Row, Tape } from "./tape.ts";

/** Rows kept on the page; earlier ones come when they are asked for. */
const pageRows = 200;

const headlineCharacters = 240;

interface Shown {
  row: Row;
  /** What the row was made of; another object means that it has changed. */
  content: unknown;
  node: HTMLElement;
}

export function createMind(tape: Tape, seek: (seq: number) => void) {
  const rows = element("div", { class: "rows" });
  const earlier = element("button", { class: "earlier", type: "button", hidden: true });
  const scroller = element("div", { class: "scroll", tabindex: 0, role: "log" }, earlier, rows);
  scroller.setAttribute("aria-label", "Mind");
  // Announcing every thought of a replay would only chatter.
  scroller.setAttribute("aria-live", "off");
  let shown: Shown[] = [];
  let wanted = pageRows;
  let stick = true;
  let last: [Stage, number] | null = null;
  scroller.addEventListener("scroll", () => {
    stick = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  });
  earlier.addEventListener("click", () => {
    wanted += pageRows;
    const height = scroller.scrollHeight;
    if (last) show(...last);
    scroller.scrollTop += scroller.scrollHeight - height;
  });

  function show(stage: Stage, moments: number): void {
    last = [stage, moments];
    const end = tape.rowsAfter(moments);
    const start = Math.max(0, end - wanted);
    earlier.hidden = start === 0;
    earlier.textContent = `Show ${Math.min(pageRows, start)} earlier`;
    const next: Shown[] = [];
    const known = new Map(shown.map((entry) => [entry.row, entry]));
    for (let at = start; at < end; at++) {
      const row = tape.rows[at] as Row;
      const content = contentOf(stage, row);
      const old = known.get(row);
      if (old && old.content === content) next.push(old);
      else {
        const node = draw(row, content, beginsRun(stage, tape.rows[at - 1], row), seek);
        next.push({ row, content, node });
      }
    }
    replace(rows, shown, next);
    shown = next;
    for (const { node } of next) delete node.dataset.newest;
    const newest = next.at(-1)?.node;
    if (newest) newest.dataset.newest = "true";
    if (stick) scroller.scrollTop = scroller.scrollHeight;
  }

  return { node: scroller, show };
}

/** Touches only what differs, so that a text that is being read or selected stays. */
function replace(parent: HTMLElement, before: readonly Shown[], after: readonly Shown[]): void {
  const kept = new Set(after.map(({ node }) => node));
  for (const { node } of before) if (!kept.has(node)) node.remove();
  let cursor = parent.firstChild;
  for (const { node } of after) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}

function contentOf(stage: Stage, row: Row): unknown {
  if (row.kind === "thought") return stage.thoughts.get(row.index);
  return row.kind === "error" ? stage.errors.get(row.index) : row;
}

const kindOf = (stage: Stage, row: Row | undefined): string | undefined =>
  row?.kind === "thought" ? stage.thoughts.get(row.index)?.thought_type : row?.kind;

const beginsRun = (stage: Stage, before: Row | undefined, row: Row): boolean =>
  kindOf(stage, before) !== kindOf(stage, row);

function draw(
  row: Row,
  content: unknown,
  begins: boolean,
  seek: (seq: number) => void,
): HTMLElement {
  if (row.kind === "message") return messageRow(row);
  if (row.kind === "milestone") {
    const text = element("p", { class: "text" }, row.label);
    return framed(row, "milestone", begins ? "milestone reached" : null, text);
  }
  if (row.kind === "error") return errorRow(row, content as StageError, begins);
  return thoughtRow(row, content as Thought, begins, seek);
}

function framed(
  row: Row,
  kind: string,
  word: string | null,
  ...content: (Node | null)[]
): HTMLElement {
  const body = element("div", { class: "body" });
  if (word !== null) body.append(element("span", { class: "word" }, word));
  body.append(...content.filter((node) => node !== null));
  const time = element("time", {}, elapsedText(row.atMs));
  return element(
    "article",
    { class: "row", "data-kind": kind, "data-run": word !== null },
    time,
    body,
  );
}

function thoughtRow(
  row: Row,
  thought: Thought,
  begins: boolean,
  seek: (seq: number) => void,
): HTMLElement {
  const { thought_type: thoughtType, priority, content, metadata } = thought;
  const isTool = thoughtType === "tool";
  const text = element("p", { class: "text", dir: "auto" });
  text.append(...(isTool ? toolParts(content.trim(), metadata.tool) : codeParts(content.trim())));
  // A tool's name stands for the word.
  const word = begins && !(isTool && text.firstElementChild) ? thoughtType : null;
  const node = framed(row, thoughtType, word, text, optionsOf(thought));
  node.dataset.run = String(begins);
  // Weight is for a line that stands out; a whole page of it would not.
  const isLong = content.length > headlineCharacters;
  node.dataset.priority = priority === "headline" && isLong ? "working" : priority;
  node.dataset.seq = String(thought.seq);
  node.querySelector("time")?.addEventListener("click", () => seek(thought.seq));
  return node;
}

function toolParts(text: string, tool: unknown): (Node | string)[] {
  if (typeof tool !== "string" || tool === "" || !text.startsWith(tool)) return [text];
  return [element("span", { class: "tool-name" }, tool), text.slice(tool.length)];
}

/** What stands between backticks is code; every character of the text is kept. */
const codeParts = (text: string): (Node | string)[] =>
  text.split(/(`[^`\n]+`)/).map((part, at) => (at % 2 === 1 ? element("code", {}, part) : part));

function optionsOf({ metadata }: Thought): HTMLElement | null {
  const { options, chosen } = metadata;
  if (!Array.isArray(options) || options.length === 0) return null;
  const list = element("ul", { class: "options" });
  for (const option of options) {
    list.append(element("li", { "data-chosen": option === chosen }, String(option)));
  }
  return list;
}

function errorRow(row: Row, error: StageError, begins: boolean): HTMLElement {
  const { message, file, line, stack, recovery_strategy: recoveryStrategy } = error;
  const place = file ? (line === undefined ? file : `${file}:${line}`) : null;
  const trace = element("details", {}, element("summary", {}, "Stack"));
  if (stack) trace.append(element("pre", {}, stack));
  return framed(
    row,
    "error",
    begins ? "error" : null,
    element("p", { class: "text", dir: "auto" }, message),
    place ? element("p", { class: "fact" }, place) : null,
    recoveryStrategy ? element("p", { class: "fact" }, recoveryStrategy) : null,
    stack ? trace : null,
  );
}

function messageRow(row: Row & { kind: "message" }): HTMLElement {
  const { name, sender, text } = row.message;
  const who = element("span", { class: "word" }, element("bdi", {}, name));
  if (sender === "agent") who.append(" · the agent");
  const node = framed(
    row,
    "message",
    null,
    who,
    element("p", { class: "text", dir: "auto" }, text),
  );
  node.dataset.run = "true";
  return node;
}
