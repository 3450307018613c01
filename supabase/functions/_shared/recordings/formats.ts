/** The supported formats. Detection, the command line's help and error messages use this table. */
import { isClaudeCodeLine, readClaudeCode } from "./claude-code/claude-code.ts";
import { isCodexLine, readCodex } from "./codex/codex.ts";
import type { JsonLine } from "./json-lines.ts";
import { isKultiLine, readKulti } from "./kulti/kulti.ts";
import { isMiniSweAgent, readMiniSweAgent } from "./mini-swe-agent/mini-swe-agent.ts";
import type { RecordedRun, Skipped } from "./recording.ts";
import { isSweAgent, readSweAgent } from "./swe-agent/swe-agent.ts";
import type { Fields } from "./value.ts";

interface Named {
  name: string;
  /** The name with its article, as in "it is not an SWE-agent trajectory". */
  title: string;
}

/** A format whose text is one JSON value. */
export interface DocumentFormat extends Named {
  isDocument(json: unknown): boolean;
  readDocument(json: unknown): RecordedRun;
}

/** A format whose text is one JSON object per line, or a JSON list of objects. */
export interface LineFormat extends Named {
  /** True for lines that no other format has. */
  isLine(line: Fields): boolean;
  readLines(lines: JsonLine[], skipped: Skipped[]): RecordedRun;
}

export const formats = [
  {
    name: "swe-agent",
    title: "an SWE-agent trajectory (.traj)",
    isDocument: isSweAgent,
    readDocument: readSweAgent,
  },
  {
    name: "mini-swe-agent",
    title: "a mini-SWE-agent trajectory",
    isDocument: isMiniSweAgent,
    readDocument: readMiniSweAgent,
  },
  {
    name: "claude-code",
    title: "a Claude Code transcript",
    isLine: isClaudeCodeLine,
    readLines: readClaudeCode,
  },
  {
    name: "codex",
    title: "a Codex transcript",
    isLine: isCodexLine,
    readLines: readCodex,
  },
  {
    name: "kulti",
    title: "Kulti's events as NDJSON",
    isLine: isKultiLine,
    readLines: readKulti,
  },
] as const satisfies readonly (DocumentFormat | LineFormat)[];

export type RecordingFormat = (typeof formats)[number]["name"];

/** The titles as "a, b or c". */
export const formatTitles = formats
  .map(({ title }) => title)
  .join(", ")
  .replace(/, (?=[^,]*$)/, " or ");
