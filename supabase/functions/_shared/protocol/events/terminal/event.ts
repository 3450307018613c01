import { type EventRecord, sized } from "../record.ts";

export const terminalStreams = ["stdout", "stderr", "input"] as const;
export type TerminalStream = (typeof terminalStreams)[number];

export interface TerminalData {
  /** The command line. Its output follows in events without `command`. */
  command?: string;
  stream: TerminalStream;
  /** Raw text with its ANSI escapes. */
  text: string;
  /** Set after the command has ended. */
  exit_code?: number;
}

export const terminal: EventRecord<TerminalData> = {
  kind: "terminal",
  search_label: "Terminal",
  title: ({ command = "" }) => command,
  fields: {
    exit_code: { max: "exit_code", below_zero: "exit_code_below_zero", is_whole: true },
    command: sized("command_bytes", "cut"),
    stream: "fixed",
    text: sized("terminal_text_bytes", "split"),
  },
};
