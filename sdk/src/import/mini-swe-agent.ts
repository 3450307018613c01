/** mini-SWE-agent trajectories: a conversation in which each answer holds one shell command. They bear no times. */
import { Files } from "./files.ts";
import type { Recording } from "./recording.ts";
import { apply_command } from "./shell.ts";
import { issue_in } from "./swe-problem.ts";
import { Track } from "./track.ts";
import {
  count_of,
  type Fields,
  fields_of,
  joined_text,
  json_of,
  list_of,
  number_of,
  text_of,
} from "./value.ts";

const fenced = /```(?:bash|sh|mswea_bash_command)\s*\n([\s\S]*?)\n```/;

export function import_mini_swe_agent(run: Fields): Recording {
  const track = new Track(Date.now());
  const files = new Files(track);
  let command = "";
  let has_task = false;
  for (const [index, entry] of list_of(run.messages).map(fields_of).entries()) {
    track.where = `message ${index + 1}`;
    const content = joined_text(entry.content);
    if (entry.role === "assistant") {
      const thought = content.replace(fenced, "").replace(/^THOUGHT:\s*/, "");
      track.advance(Math.min(8_000, 1_500 + thought.length * 12));
      track.thought("reasoning", thought);
      command = command_of(entry, content);
      track.command(command);
    } else if (entry.role === "user" && !has_task) {
      has_task = true;
      track.prompt(issue_in(content) || content);
    } else if (entry.role === "user" || entry.role === "tool") {
      track.advance(500);
      const { text, exit_code } = read_output(content);
      track.output(text, { exit_code });
      if (exit_code === 0) apply_command(command, files);
    }
  }
  const info = fields_of(run.info);
  const stats = fields_of(info.model_stats);
  track.usage({
    input_tokens: count_of(stats.tokens_sent),
    output_tokens: count_of(stats.tokens_received),
    cost_usd: Math.max(0, number_of(stats.instance_cost) ?? 0),
  });
  const status = text_of(info.exit_status);
  if (status !== "" && status.toLowerCase() !== "submitted")
    track.error(`The run ended with ${status}.`);
  track.status("done");
  return { format: "swe-agent", events: track.events, skipped: track.skipped };
}

function command_of(entry: Fields, content: string): string {
  const call = fields_of(fields_of(list_of(entry.tool_calls)[0]).function);
  return text_of(fields_of(json_of(call.arguments)).command) || (fenced.exec(content)?.[1] ?? "");
}

function read_output(content: string): { text: string; exit_code: number | undefined } {
  const code = /<returncode>(-?\d+)<\/returncode>/.exec(content)?.[1];
  const output = /<output>\n?([\s\S]*?)\n?<\/output>/.exec(content)?.[1];
  return { text: output ?? content, exit_code: code === undefined ? undefined : Number(code) };
}
