/**
 * What the command line says: results on stdout, everything else on stderr, colour only for people who want it. What
 * agents, viewers and servers wrote is among it, so that controls are kept from the terminal here.
 */
import { json_line, printable, printable_message } from "../printable.ts";

export interface Output {
  /** A line of the result. */
  print(line: string): void;
  /** One JSON value in one line; only with `--json`. */
  json(value: unknown): void;
  /** A line beside the result. */
  note(line: string): void;
  /** What went wrong. */
  complain(line: string): void;
  readonly is_json: boolean;
}

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
}

export function create_output(
  streams: { stdout: Stream; stderr: Stream },
  env: Record<string, string | undefined>,
  is_json: boolean,
): Output {
  const has_colour = streams.stderr.isTTY === true && !env.NO_COLOR;
  const paint = (code: number, text: string): string =>
    has_colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    is_json,
    print(line) {
      if (!is_json) streams.stdout.write(`${printable(line)}\n`);
    },
    json(value) {
      if (is_json) streams.stdout.write(json_line(value));
    },
    note(line) {
      if (!is_json) streams.stderr.write(`${paint(2, printable_message(line))}\n`);
    },
    complain(line) {
      streams.stderr.write(`${paint(31, "kulti:")} ${printable_message(line)}\n`);
    },
  };
}
