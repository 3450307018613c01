/** A tool call or a detail in one line. */
import type { Thought } from "@kulti/protocol";

export interface ToolLine {
  tool: string | null;
  text: string;
  outcome: string | null;
}

export function tool_line({ thought_type, content, metadata }: Thought): ToolLine {
  const named = thought_type === "tool" && typeof metadata.tool === "string" ? metadata.tool : null;
  const tool = named?.trim() || null;
  const line = content.trim().split(/\r?\n/, 1)[0] ?? "";
  return {
    tool,
    text: tool ? without_beginning(line, tool) : line,
    outcome: outcome_of(metadata),
  };
}

/** `Read src/a.ts` of the tool Read says its name once. */
function without_beginning(line: string, tool: string): string {
  if (!line.toLowerCase().startsWith(tool.toLowerCase())) return line;
  const rest = line.slice(tool.length);
  return /^[\s:(]|^$/.test(rest) ? rest.replace(/^[\s:]+/, "") : line;
}

/** Adapters say how a call went in one of these keys, where they say it at all. */
function outcome_of(metadata: Thought["metadata"]): string | null {
  const { outcome, exit_code, duration_ms } = metadata;
  const words: string[] = [];
  if (typeof outcome === "string" && outcome !== "") words.push(outcome);
  else if (typeof exit_code === "number") words.push(exit_code === 0 ? "ok" : `exit ${exit_code}`);
  if (typeof duration_ms === "number") words.push(`${(duration_ms / 1000).toFixed(1)} s`);
  return words.length > 0 ? words.join(" · ") : null;
}
