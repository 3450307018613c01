/** The thoughts up to the place shown, with errors, milestones and chat messages between them. */
import { askText, endOf, endText, optionsOf } from "@kulti/protocol/events/question/view.ts";
import type { StageError, StageQuestion, Thought } from "@kulti/protocol/fold/stage.ts";
import type { Message } from "@kulti/protocol/wire.ts";
import { elapsedText, type Player, type PlayerState } from "../../player/index.ts";
import type { RecordedSession } from "../recorded-session.ts";
import { element } from "./element.ts";
import { createRows, kindOf, type PlacedRow, type Row } from "./rows.ts";

/** The number of rows on the page. A button shows earlier ones. */
const pageRows = 200;

const headlineCharacters = 240;

export function createMind(session: RecordedSession, player: Player) {
  const rows = element("div", { class: "rows" });
  const earlier = element("button", { class: "earlier", type: "button", hidden: true });
  const scroller = element("div", { class: "scroll", tabindex: 0, role: "log" }, earlier, rows);
  scroller.setAttribute("aria-label", "Mind");
  // Screen readers must not announce every thought of a replay.
  scroller.setAttribute("aria-live", "off");
  const lastRows = createRows(session, player);
  const seek = (seq: number) => player.send({ kind: "seek_seq", seq });
  /** The nodes by the row's content. Changed content is a new object. */
  let shown = new Map<Row["content"], HTMLElement>();
  let wanted = pageRows;
  let stick = true;
  scroller.addEventListener("scroll", () => {
    stick = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  });
  earlier.addEventListener("click", () => {
    wanted += pageRows;
    const height = scroller.scrollHeight;
    show(player.store.get());
    scroller.scrollTop += scroller.scrollHeight - height;
  });

  function show(state: PlayerState): void {
    const last = lastRows(state, wanted);
    earlier.hidden = last.earlier === 0;
    earlier.textContent = `Show ${Math.min(pageRows, last.earlier)} earlier`;
    const next = new Map<Row["content"], HTMLElement>();
    let { kindBefore } = last;
    for (const placed of last.rows) {
      const { content } = placed.row;
      const kind = kindOf(placed.row);
      const node = shown.get(content) ?? draw(placed, kindBefore !== kind, seek);
      next.set(content, node);
      if (placed.row.kind === "question") tellEnd(node, placed.row.content, state);
      kindBefore = kind;
    }
    const nodes = [...next.values()];
    replace(rows, shown.values(), nodes);
    shown = next;
    for (const node of nodes) delete node.dataset.newest;
    const newest = nodes.at(-1);
    if (newest) newest.dataset.newest = "true";
    if (stick) scroller.scrollTop = scroller.scrollHeight;
  }

  return { node: scroller, show };
}

/** Changes only nodes that differ, so that a selection and the reader's position stay. */
function replace(parent: HTMLElement, before: Iterable<Node>, after: readonly Node[]): void {
  const kept = new Set(after);
  for (const node of before) if (!kept.has(node)) parent.removeChild(node);
  let cursor = parent.firstChild;
  for (const node of after) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}

function draw({ row, ms }: PlacedRow, begins: boolean, seek: (seq: number) => void): HTMLElement {
  switch (row.kind) {
    case "message":
      return messageRow(ms, row.content);
    case "milestone": {
      const text = element("p", { class: "text" }, row.content.data.label);
      return framed(ms, "milestone", begins ? "milestone reached" : null, text);
    }
    case "error":
      return errorRow(ms, row.content, begins);
    case "question":
      return questionRow(ms, row.content);
    case "thought":
      return thoughtRow(ms, row.content, begins, seek);
  }
}

function framed(
  ms: number,
  kind: string,
  word: string | null,
  ...content: (Node | null)[]
): HTMLElement {
  const body = element("div", { class: "body" });
  if (word !== null) body.append(element("span", { class: "word" }, word));
  body.append(...content.filter((node) => node !== null));
  const time = element("time", {}, elapsedText(ms));
  return element(
    "article",
    { class: "row", "data-kind": kind, "data-run": word !== null },
    time,
    body,
  );
}

function thoughtRow(
  ms: number,
  thought: Thought,
  begins: boolean,
  seek: (seq: number) => void,
): HTMLElement {
  const { thought_type: thoughtType, priority, content, metadata } = thought;
  const isTool = thoughtType === "tool";
  const text = element("p", { class: "text", dir: "auto" });
  text.append(...(isTool ? toolParts(content.trim(), metadata.tool) : codeParts(content.trim())));
  // A tool's name replaces the word.
  const word = begins && !(isTool && text.firstElementChild) ? thoughtType : null;
  const node = framed(ms, thoughtType, word, text, thoughtOptions(thought));
  node.dataset.run = String(begins);
  // Bold makes a short headline stand out. A long text gets none.
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

/** A text of backticks alone would make 20,000 elements. */
const maxParts = 400;

/** Text between backticks is code; every character of the text is kept. */
function codeParts(text: string): (Node | string)[] {
  const parts = text.split(/(`[^`\n]+`)/);
  const rest = parts.splice(maxParts).join("");
  return [...parts.map((part, at) => (at % 2 === 1 ? element("code", {}, part) : part)), rest];
}

function thoughtOptions({ metadata }: Thought): HTMLElement | null {
  const { options, chosen } = metadata;
  if (!Array.isArray(options) || options.length === 0) return null;
  return optionList(options.map((option) => [String(option), option === chosen]));
}

function optionList(options: [label: string, isChosen: boolean][]): HTMLElement {
  const list = element("ul", { class: "options" });
  for (const [label, isChosen] of options) {
    list.append(element("li", { "data-chosen": isChosen }, label));
  }
  return list;
}

function questionRow(ms: number, question: StageQuestion): HTMLElement {
  const { text, detail, answer } = question;
  const options = optionsOf(question);
  return framed(
    ms,
    "question",
    askText(question),
    element("p", { class: "text", dir: "auto" }, text),
    detail ? element("pre", {}, detail) : null,
    options.length > 0
      ? optionList(options.map(({ id, label }) => [label, id === answer?.option]))
      : null,
    element("p", { class: "fact", dir: "auto" }),
  );
}

/** An open question ends with its time or the session, without an event of its own. */
function tellEnd(node: HTMLElement, question: StageQuestion, { stage, edge, head }: PlayerState) {
  const isOver = stage.seq === edge.seq && Boolean(head?.ended_at);
  const words = endText(endOf(question, isOver, Date.parse(stage.at ?? question.at)));
  const line = node.querySelector(".fact");
  if (line && line.textContent !== words) line.textContent = words;
}

function errorRow(ms: number, error: StageError, begins: boolean): HTMLElement {
  const { message, file, line, stack, recovery_strategy: recoveryStrategy } = error;
  const place = file ? (line === undefined ? file : `${file}:${line}`) : null;
  const trace = element("details", {}, element("summary", {}, "Stack"));
  if (stack) trace.append(element("pre", {}, stack));
  return framed(
    ms,
    "error",
    begins ? "error" : null,
    element("p", { class: "text", dir: "auto" }, message),
    place ? element("p", { class: "fact" }, place) : null,
    recoveryStrategy ? element("p", { class: "fact" }, recoveryStrategy) : null,
    stack ? trace : null,
  );
}

function messageRow(ms: number, { name, sender, text }: Message): HTMLElement {
  const who = element("span", { class: "word" }, element("bdi", {}, name));
  if (sender === "agent") who.append(" · the agent");
  const node = framed(ms, "message", null, who, element("p", { class: "text", dir: "auto" }, text));
  node.dataset.run = "true";
  return node;
}
