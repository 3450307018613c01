/**
 * Exports the terminal of a session as asciicast v3 (https://docs.asciinema.org/manual/asciicast/v3/) for asciinema and
 * asciinema-player: a header line, then lines of `[interval in seconds, code, data]`. Output is "o". Commands are typed
 * ("i" for the keys, "o" for their echo). Prompts, tasks, completed milestones and errors are markers ("m").
 */
import type { StoredEvent, TerminalData } from "@kulti/protocol/event.ts";
import { createTokenReader, withoutEscapes } from "@kulti/recordings/terminal-tokens.ts";
import { jsonLine } from "./json-line.ts";
import { markerOf, oneLine } from "./marker.ts";
import { itemsOf, type RecordedSession, titleOf } from "./recorded-session.ts";

const rows = 30;
const leastColumns = 80;
const maxColumns = 160;
/** The player shortens longer pauses. The recording keeps them. */
const idleLimitS = 3;

const greenPrompt = "\u001b[0m\u001b[32m❯\u001b[0m ";

interface Step {
  atMs: number;
  code: "o" | "i" | "m" | "x";
  data: string;
}

/** Yields whole lines, each with its line break. */
export function* exportAsciicast(session: RecordedSession): Generator<string> {
  const { events } = session;
  yield jsonLine({
    version: 3,
    term: { cols: columnsOf(events), rows, type: "xterm-256color" },
    timestamp: Math.floor(Date.parse(events[0]?.at ?? session.head.started_at) / 1_000),
    idle_time_limit: idleLimitS,
    title: oneLine(titleOf(session)),
  });
  let beforeMs = 0;
  for (const { atMs, code, data } of stepsOf(session)) {
    // Whole milliseconds, so that rounding errors do not add up.
    yield jsonLine([(atMs - beforeMs) / 1_000, code, data]);
    beforeMs = atMs;
  }
}

function* stepsOf(session: RecordedSession): Generator<Step> {
  const items = [...itemsOf({ ...session, messages: [] })];
  const write = createWriter();
  let endMs = 0;
  for (const [index, item] of items.entries()) {
    const { atMs } = item;
    if (item.kind !== "event") continue;
    const { event } = item;
    const label = markerOf(event);
    if (label !== null) yield { atMs, code: "m", data: label };
    endMs = atMs;
    if (event.type !== "terminal") continue;
    const freeMs = (items[index + 1]?.atMs ?? atMs + 1_000) - atMs;
    yield* typed(event.data, atMs, freeMs, write);
    const output = write.output(event.data);
    // Typing takes part of the time until the next event. The output in the same event follows the keys.
    endMs = typingEnd(event.data, atMs, freeMs);
    if (output !== "") yield { atMs: endMs, code: "o", data: output };
  }
  const { status } = session.head;
  if (status === "done" || status === "error") {
    yield { atMs: endMs, code: "x", data: status === "done" ? "0" : "1" };
  }
}

/** A key every 40 ms. A long command comes in larger pieces: typing takes at most half of the free time and 1.5 s. */
const keyMs = 40;
const maxTypingMs = 1_500;
const maxBites = 40;

/** The keys that type a command. Drops controls other than line breaks and tabs: the player's terminal obeys them. */
const keysOf = (command: string): string =>
  command.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "");

const textOf = (characters: string[]): string => characters.join("");

function typingMs(command: string, freeMs: number): number {
  return Math.floor(Math.min([...keysOf(command)].length * keyMs, freeMs / 2, maxTypingMs));
}

const typingEnd = ({ command }: TerminalData, atMs: number, freeMs: number): number =>
  command === undefined ? atMs : atMs + typingMs(command, freeMs);

function* typed(
  { command }: TerminalData,
  atMs: number,
  freeMs: number,
  write: Writer,
): Generator<Step> {
  if (command === undefined) return;
  yield { atMs, code: "o", data: write.prompt() };
  const characters = [...keysOf(command)];
  const durationMs = typingMs(command, freeMs);
  const count = durationMs === 0 ? 1 : Math.min(characters.length, maxBites);
  for (let bite = 0; bite < count; bite++) {
    const from = Math.floor((bite * characters.length) / count);
    const keys = textOf(characters.slice(from, ((bite + 1) * characters.length) / count));
    const step = { atMs: atMs + Math.floor((durationMs * bite) / count) };
    yield { ...step, code: "i", data: keys };
    yield { ...step, code: "o", data: write.echo(keys) };
  }
  const end = { atMs: atMs + durationMs };
  yield { ...end, code: "i", data: "\r" };
  yield { ...end, code: "o", data: write.echo("\n") };
}

type Writer = ReturnType<typeof createWriter>;

/** Turns entries into terminal output, and tracks whether the cursor is at the start of a line. */
function createWriter() {
  const read = createTokenReader();
  let atLineStart = true;
  const written = (bytes: string): string => {
    if (bytes !== "") atLineStart = bytes.endsWith("\n");
    return bytes;
  };
  return {
    prompt: () => written(`${atLineStart ? "" : "\r\n"}${greenPrompt}`),
    echo: (keys: string) => written(keys.replaceAll("\n", "\r\n")),
    output({ text, exit_code: exitCode }: TerminalData): string {
      let bytes = written(text === "" ? "" : safeOutput(read(text)));
      if (exitCode !== undefined && exitCode !== 0) {
        bytes += written(
          `${atLineStart ? "" : "\r\n"}\u001b[0m\u001b[31mexit ${exitCode}\u001b[0m\r\n`,
        );
      }
      return bytes;
    },
  };
}

/**
 * Makes output safe for people's own terminals, where a cast may play. Keeps colours and cursor movement, and drops
 * titles, links, the clipboard, terminal queries and modes. Turns a line feed into the CR LF that a raw terminal needs.
 */
function safeOutput(tokens: ReturnType<ReturnType<typeof createTokenReader>>): string {
  let bytes = "";
  // A variable of its own, because reading the end of a growing string would copy it each time.
  let before = "";
  for (const token of tokens) {
    if (token.kind === "text") bytes += token.text;
    else if (token.kind === "csi" && isDrawing(token.mark, token.final)) bytes += token.text;
    else if (token.text === "\n") bytes += before === "\r" ? "\n" : "\r\n";
    else if (token.text === "\r" || token.text === "\b" || token.text === "\t") bytes += token.text;
    else continue;
    before = token.text;
  }
  return bytes;
}

const isDrawing = (mark: string, final: string): boolean =>
  mark === "" && /^[A-HJKLMPSTXdfmr@]$/.test(final);

/** Characters that take two columns. Emoji are not here, because `length` counts two units for them already. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/gu;

/** The width of the longest line of output, within limits. */
function columnsOf(events: readonly StoredEvent[]): number {
  let widest = leastColumns;
  for (const event of events) {
    if (event.type !== "terminal") continue;
    for (const row of withoutEscapes(event.data.text).split(/[\r\n]/)) {
      const width = row.length + (row.match(wide)?.length ?? 0);
      if (width > widest && width < 2 * maxColumns) widest = width;
    }
  }
  return Math.min(widest, maxColumns);
}
