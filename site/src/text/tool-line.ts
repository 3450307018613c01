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

/** `Read src/a.ts` of the tool Read says its name once. */
function withoutBeginning(line: string, tool: string): string {
  if (!line.toLowerCase().startsWith(tool.toLowerCase())) return line;
  const rest = line.slice(tool.length);
  return /^[\s:(]|^$/.test(rest) ? rest.replace(/^[\s:]+/, "") : line;
}

/** Adapters say how a call went in one of these keys, where they say it at all. */
function outcomeOf(metadata: Thought["metadata"]): string | null {
  const { outcome, exit_code: exitCode, duration_ms: durationMs } = metadata;
  const words: string[] = [];
  if (typeof outcome === "string" && outcome !== "") words.push(outcome);
  else if (typeof exitCode === "number") words.push(exitCode === 0 ? "ok" : `exit ${exitCode}`);
  if (typeof durationMs === "number") words.push(`${(durationMs / 1000).toFixed(1)} s`);
  return words.length > 0 ? words.join(" · ") : null;
}
