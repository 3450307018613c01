/** What an SWE-agent run was asked to do. */
import {
  element_of,
  type Fields,
  fields_of,
  joined_text,
  json_of,
  list_of,
  text_of,
} from "./value.ts";

/** The issue inside the instructions where it can be told apart, else the configured statement, else nothing. */
export function problem_of(run: Fields): string {
  for (const entry of list_of(run.history).map(fields_of)) {
    if (entry.role !== "user" || entry.is_demo === true) continue;
    const issue = issue_in(joined_text(entry.content));
    if (issue !== "") return issue;
  }
  const config = fields_of(json_of(run.replay_config) ?? run.replay_config);
  const problem = fields_of(config.problem_statement);
  return text_of(problem.text) || text_of(problem.github_url) || text_of(run.problem_statement);
}

export function issue_in(instructions: string): string {
  const text = instructions.replaceAll("\r\n", "\n");
  const tagged = ["pr_description", "issue", "problem_statement", "task"]
    .map((name) => ({ at: text.indexOf(`<${name}>`), content: element_of(text, name) }))
    .filter(({ content }) => content !== undefined)
    .sort((a, b) => a.at - b.at)[0]?.content;
  const head = /(?:^|\n)ISSUE:\n/.exec(text);
  const headed = head ? above_instructions(text, head.index + head[0].length) : undefined;
  return (tagged ?? headed ?? above_instructions(text, 0) ?? "")
    .replace(/^\s*Consider the following PR description:\s*/, "")
    .trim();
}

/** What stands from there to `INSTRUCTIONS:` behind an empty line. */
function above_instructions(text: string, from: number): string | undefined {
  const mark = "\nINSTRUCTIONS:";
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    const above = text.slice(from, at);
    const trimmed = above.trimEnd();
    if (above.includes("\n", trimmed.length)) return trimmed;
  }
  return undefined;
}

/** The steps; of a run that kept only its conversation, each answer and what came back. */
export function steps_of(run: Fields): Fields[] {
  if (Array.isArray(run.trajectory)) return run.trajectory.map(fields_of);
  const entries = list_of(run.history).map(fields_of);
  return entries.flatMap((entry, index) => {
    if (entry.role !== "assistant" || entry.is_demo === true) return [];
    const next = entries[index + 1] ?? {};
    const observation = without_prompt(joined_text(next.content).replace(/^OBSERVATION:\n/, ""));
    const thought = text_of(entry.thought) || joined_text(entry.content);
    return [{ thought, action: text_of(entry.action), observation }];
  });
}

/** Without the two lines of the shell's state and its `$`, which end an observation. */
function without_prompt(observation: string): string {
  const text = observation.trimEnd();
  let from = text.length;
  for (let lines = 0; lines < 3 && from >= 0; lines++) from = text.lastIndexOf("\n", from - 1);
  const start = text.indexOf("(Open file: ", from + 1);
  if (start < 0 || !/^[^\n]*\)\n\(Current directory: [^\n]*\)\n\S*\$$/.test(text.slice(start)))
    return observation;
  return text.slice(0, text[start - 1] === "\n" ? start - 1 : start);
}
