import type { TerminalData } from "../event.ts";
import { limits } from "../limits.ts";
import { pieces } from "../text.ts";
import { all, asText, cutNoted, type Fields, fields, first, moment } from "./read.ts";

export interface TimedTerminal {
  at: string | null;
  data: TerminalData;
}

/** Terminal escapes: cursor home, clear the screen, clear the scrollback. */
const clear = "\u001b[H\u001b[2J\u001b[3J";

/** Colours for the line types that have no stream of their own. */
const colours: Record<string, string> = { success: "\u001b[32m", warning: "\u001b[33m" };

/**
 * Lines that are not appended replace the terminal's content: they follow the escapes that clear it, so the
 * record keeps everything and the screen looks like the original's. A line of type `input` is a command.
 */
export function readTerminal(body: Fields): TimedTerminal[] {
  if (body.terminal === undefined || body.terminal === null) return [];
  const found = all(body.terminal).map(fromLine);
  const append = first(body, "terminalAppend", "terminal_append");
  if (!append) found.unshift({ at: null, data: { stream: "stdout", text: clear } });
  return joined(found).flatMap(({ at, data }) =>
    pieces(data.text, limits.terminal_text_bytes).map((text, index) => ({
      at,
      data: index === 0 ? { ...data, text } : { stream: data.stream, text },
    })),
  );
}

function fromLine(line: unknown): TimedTerminal {
  const entry = typeof line === "string" ? { content: line } : fields(line);
  const type = asText(entry.type).toLowerCase();
  const content = asText(entry.content, limits.terminal_text_bytes);
  const at = moment(entry.timestamp);
  if (type === "input" || type === "command") {
    const command = cutNoted(content.replace(/^\$ /, ""), limits.command_bytes);
    return { at, data: { command, stream: "input", text: "" } };
  }
  const stream = type === "error" || type === "stderr" ? "stderr" : "stdout";
  const colour = colours[type];
  const shown = colour && !content.includes("\u001b") ? `${colour}${content}\u001b[39m` : content;
  return { at, data: { stream, text: shown.endsWith("\n") ? shown : `${shown}\n` } };
}

/** Joins output lines of the same stream and moment into one event, because a body may have 500 of them. */
function joined(entries: TimedTerminal[]): TimedTerminal[] {
  const result: TimedTerminal[] = [];
  for (const entry of entries) {
    const last = result.at(-1);
    const { command, stream, text } = entry.data;
    const same = last && last.at === entry.at && last.data.stream === stream;
    if (!same || stream === "input" || command !== undefined) result.push(entry);
    else result[result.length - 1] = { at: last.at, data: { stream, text: last.data.text + text } };
  }
  return result;
}
