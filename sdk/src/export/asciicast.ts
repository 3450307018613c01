/**
 * The terminal of a session as asciicast v3 (https://docs.asciinema.org/manual/asciicast/v3/), which asciinema and
 * asciinema-player play: a header line, then `[interval in seconds, code, data]`. Output is "o"; a command is typed
 * ("i" for the keys, "o" for their echo); prompts, tasks, completed milestones and errors are markers ("m").
 */
import type { StoredEvent, TerminalData } from "@kulti/protocol/event.ts";
import { json_line } from "../printable.ts";
import { create_token_reader, without_escapes } from "../terminal-tokens.ts";
import { marker_of, one_line } from "./marker.ts";
import { moments_of, type RecordedSession, title_of } from "./session.ts";

const rows = 30;
const least_columns = 80;
const most_columns = 160;
/** Longer pauses are shortened by the player; the recording keeps them. */
const idle_limit_s = 3;

const green_prompt = "\u001b[0m\u001b[32m❯\u001b[0m ";

interface Step {
  at_ms: number;
  code: "o" | "i" | "m" | "x";
  data: string;
}

/** Yields whole lines, each with its line break. */
export function* export_asciicast(session: RecordedSession): Generator<string> {
  const { events } = session;
  yield json_line({
    version: 3,
    term: { cols: columns_of(events), rows, type: "xterm-256color" },
    timestamp: Math.floor(Date.parse(events[0]?.at ?? session.head.started_at) / 1_000),
    idle_time_limit: idle_limit_s,
    title: one_line(title_of(session)),
  });
  let before_ms = 0;
  for (const { at_ms, code, data } of steps_of(session)) {
    // Whole milliseconds, so that rounding never adds up.
    yield json_line([(at_ms - before_ms) / 1_000, code, data]);
    before_ms = at_ms;
  }
}

function* steps_of(session: RecordedSession): Generator<Step> {
  const moments = [...moments_of({ ...session, messages: [] })];
  const write = create_writer();
  let end_ms = 0;
  for (const [index, moment] of moments.entries()) {
    const { at_ms } = moment;
    if (moment.kind !== "event") continue;
    const { event } = moment;
    const label = marker_of(event);
    if (label !== null) yield { at_ms, code: "m", data: label };
    end_ms = at_ms;
    if (event.type !== "terminal") continue;
    const free_ms = (moments[index + 1]?.at_ms ?? at_ms + 1_000) - at_ms;
    yield* typed(event.data, at_ms, free_ms, write);
    const output = write.output(event.data);
    // Typing took some of the time until the next event; what the command answered at once follows the keys.
    end_ms = typing_end(event.data, at_ms, free_ms);
    if (output !== "") yield { at_ms: end_ms, code: "o", data: output };
  }
  const { status } = session.head;
  if (status === "done" || status === "error") {
    yield { at_ms: end_ms, code: "x", data: status === "done" ? "0" : "1" };
  }
}

/** Keys come every 40 ms, and a long command in larger bites: it takes half of the time there is, and 1.5 s at most. */
const key_ms = 40;
const most_typing_ms = 1_500;
const most_bites = 40;

/** The keys that type a command: its controls but for line breaks and tabs are none, and a player's terminal obeys them. */
const keys_of = (command: string): string =>
  command.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "");

const text_of = (characters: string[]): string => characters.join("");

function typing_ms(command: string, free_ms: number): number {
  return Math.floor(Math.min([...keys_of(command)].length * key_ms, free_ms / 2, most_typing_ms));
}

const typing_end = ({ command }: TerminalData, at_ms: number, free_ms: number): number =>
  command === undefined ? at_ms : at_ms + typing_ms(command, free_ms);

function* typed(
  { command }: TerminalData,
  at_ms: number,
  free_ms: number,
  write: Writer,
): Generator<Step> {
  if (command === undefined) return;
  yield { at_ms, code: "o", data: write.prompt() };
  const characters = [...keys_of(command)];
  const duration_ms = typing_ms(command, free_ms);
  const count = duration_ms === 0 ? 1 : Math.min(characters.length, most_bites);
  for (let bite = 0; bite < count; bite++) {
    const from = Math.floor((bite * characters.length) / count);
    const keys = text_of(characters.slice(from, ((bite + 1) * characters.length) / count));
    const step = { at_ms: at_ms + Math.floor((duration_ms * bite) / count) };
    yield { ...step, code: "i", data: keys };
    yield { ...step, code: "o", data: write.echo(keys) };
  }
  const end = { at_ms: at_ms + duration_ms };
  yield { ...end, code: "i", data: "\r" };
  yield { ...end, code: "o", data: write.echo("\n") };
}

type Writer = ReturnType<typeof create_writer>;

/** Turns entries into what a terminal is given, knowing whether the cursor stands at the start of a line. */
function create_writer() {
  const read = create_token_reader();
  let at_line_start = true;
  const written = (bytes: string): string => {
    if (bytes !== "") at_line_start = bytes.endsWith("\n");
    return bytes;
  };
  return {
    prompt: () => written(`${at_line_start ? "" : "\r\n"}${green_prompt}`),
    echo: (keys: string) => written(keys.replaceAll("\n", "\r\n")),
    output({ text, exit_code }: TerminalData): string {
      let bytes = written(text === "" ? "" : safe_output(read(text)));
      if (exit_code !== undefined && exit_code !== 0) {
        bytes += written(
          `${at_line_start ? "" : "\r\n"}\u001b[0m\u001b[31mexit ${exit_code}\u001b[0m\r\n`,
        );
      }
      return bytes;
    },
  };
}

/**
 * A cast is also played in people's own terminals: colours and the cursor pass; titles, links, the clipboard,
 * questions to the terminal and its modes don't. A line feed becomes the pair that a raw terminal needs.
 */
function safe_output(tokens: ReturnType<ReturnType<typeof create_token_reader>>): string {
  let bytes = "";
  // Kept beside the text: to look at the end of a text that grows piece by piece would copy it each time.
  let before = "";
  for (const token of tokens) {
    if (token.kind === "text") bytes += token.text;
    else if (token.kind === "csi" && is_drawing(token.mark, token.final)) bytes += token.text;
    else if (token.text === "\n") bytes += before === "\r" ? "\n" : "\r\n";
    else if (token.text === "\r" || token.text === "\b" || token.text === "\t") bytes += token.text;
    else continue;
    before = token.text;
  }
  return bytes;
}

const is_drawing = (mark: string, final: string): boolean =>
  mark === "" && /^[A-HJKLMPSTXdfmr@]$/.test(final);

/** Characters of two columns; an emoji has two units already. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/gu;

/** As wide as the longest line that was written, within reason. */
function columns_of(events: readonly StoredEvent[]): number {
  let widest = least_columns;
  for (const event of events) {
    if (event.type !== "terminal") continue;
    for (const row of without_escapes(event.data.text).split(/[\r\n]/)) {
      const width = row.length + (row.match(wide)?.length ?? 0);
      if (width > widest && width < 2 * most_columns) widest = width;
    }
  }
  return Math.min(widest, most_columns);
}
