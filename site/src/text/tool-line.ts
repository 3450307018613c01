/** A tool call or a detail in one line. */
import type { Thought } from "@kulti/protocol";

export interface ToolLine {
  tool: string | null;
  text: string;
  outcome: string | null;
}

export function toolLine({ thought_type: thoughtType, content, metadata }: Thought): ToolLine {
  const named = thoughtType === "tool" && typeof metadata.tool === "string" ? metadata.tool : null;
  const tool = named?.trim() || null;
  const line = content.trim().split(/\r?\n/, 1)[0] ?? "";
  return {
    tool,
    text: tool ? withoutBeginning(line, tool) : line,
    outcome: outcomeOf(metadata),
  };
}

/** Drops the tool's name from a text that begins with it: `Read src/a.ts`. */
function withoutBeginning(line: string, tool: string): string {
  if (!line.toLowerCase().startsWith(tool.toLowerCase())) return line;
  const rest = line.slice(tool.length);
  return /^[\s:(]|^$/.test(rest) ? rest.replace(/^[\s:]+/, "") : line;
}

/** Adapters may report the outcome of a call in one of these keys. */
function outcomeOf(metadata: Thought["metadata"]): string | null {
  const { outcome, exit_code: exitCode, duration_ms: durationMs } = metadata;
  const words: string[] = [];
  if (typeof outcome === "string" && outcome !== "") words.push(outcome);
  else if (typeof exitCode === "number") words.push(exitCode === 0 ? "ok" : `exit ${exitCode}`);
  if (typeof durationMs === "number") words.push(`${(durationMs / 1000).toFixed(1)} s`);
  return words.length > 0 ? words.join(" · ") : null;
}
