/**
 * The output of the command line: results on stdout, everything else on stderr, colour only for people who want it. It
 * contains text by agents, viewers and servers, so this module removes control characters.
 */
import { printable, printableMessage } from "../agent/printable.ts";
import { jsonLine } from "../export/json-line.ts";

export interface Output {
  /** A line of the result. */
  print(line: string): void;
  /** One JSON value in one line; only with `--json`. */
  json(value: unknown): void;
  /** A line beside the result. */
  note(line: string): void;
  /** An error. */
  complain(line: string): void;
  readonly isJson: boolean;
}

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
}

export function createOutput(
  streams: { stdout: Stream; stderr: Stream },
  env: Record<string, string | undefined>,
  isJson: boolean,
): Output {
  const hasColour = streams.stderr.isTTY === true && !env.NO_COLOR;
  const paint = (code: number, text: string): string =>
    hasColour ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    isJson,
    print(line) {
      if (!isJson) streams.stdout.write(`${printable(line)}\n`);
    },
    json(value) {
      if (isJson) streams.stdout.write(jsonLine(value));
    },
    note(line) {
      if (!isJson) streams.stderr.write(`${paint(2, printableMessage(line))}\n`);
    },
    complain(line) {
      streams.stderr.write(`${paint(31, "kulti:")} ${printableMessage(line)}\n`);
    },
  };
}
