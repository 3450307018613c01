/** The commands and their output, like in a terminal. */
import type { Stage, TerminalEntry } from "@kulti/protocol/fold/stage.ts";
import { type Look, type Run, TerminalScreen } from "../terminal-screen.ts";
import { element } from "./element.ts";

/** The number of lines on the page, and the number of entries that rebuild the screen after a seek. */
const maxLines = 300;
const maxEntries = 300;
const prompt = "\u001b[32m❯\u001b[0m \u001b[1m";

export function createTerminal() {
  const node = element("div", { class: "screen", tabindex: 0, "aria-label": "Terminal" });
  let screen = new TerminalScreen();
  let shown: Stage["terminal"] | null = null;
  let written = 0;
  let last: TerminalEntry | undefined;

  function show({ terminal }: Stage): void {
    if (terminal === shown) return;
    shown = terminal;
    const goesOn =
      written === 0 || (written <= terminal.length && terminal.get(written - 1) === last);
    if (!goesOn) screen = new TerminalScreen();
    const from = Math.max(goesOn ? written : 0, terminal.length - maxEntries);
    for (const entry of terminal.slice(from)) write(entry);
    written = terminal.length;
    last = terminal.last;
    node.replaceChildren(...screen.lines(maxLines).map(draw));
    node.scrollTop = node.scrollHeight;
  }

  function write({ command, stream, text, exit_code: exitCode }: TerminalEntry): void {
    if (command !== null) screen.writeCommand(prompt, command);
    if (stream === "input" && text !== "") screen.writeCommand("\u001b[2m", text);
    else screen.write(text);
    if (exitCode !== null && exitCode !== 0) {
      screen.writeCommand("\u001b[31m", `exit ${exitCode}`);
    }
  }

  return { node, show };
}

function draw(runs: readonly Run[]): HTMLElement {
  const line = element("div", { class: "output" });
  for (const { text, look } of runs) line.append(isPlain(look) ? text : styled(text, look));
  if (runs.length === 0) line.append("\u00a0");
  return line;
}

const isPlain = (look: Look): boolean => Object.values(look).every((value) => !value);

function styled(text: string, look: Look): HTMLElement {
  const span = element("span", {}, text);
  for (const word of ["bold", "dim", "italic", "underline"] as const) {
    if (look[word]) span.classList.add(word);
  }
  const [fore, back] = look.inverse
    ? [look.back || "ground", look.fore || "ink"]
    : [look.fore, look.back];
  // Named colours are tokens of the page. Other colours are literal.
  if (fore) span.style.color = fore.startsWith("#") ? fore : `var(--ansi-${fore})`;
  else if (back.startsWith("#")) span.style.color = isDark(back) ? "#fff" : "#000";
  if (back) span.style.backgroundColor = back.startsWith("#") ? back : `var(--ansi-${back})`;
  return span;
}

/** A background that the output sets is the same in both themes, so the theme's text colour may be invisible on it. */
function isDark(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    Number.parseInt(colour.slice(at, at + 2), 16),
  );
  return 0.3 * red + 0.59 * green + 0.11 * blue < 140;
}
