/** The task of an SWE-agent run. */
import { elementOf, type Fields, fieldsOf, joinedText, jsonOf, listOf, textOf } from "../value.ts";

/** The issue from the instructions, or else the configured statement, or else an empty text. */
export function problemOf(run: Fields): string {
  for (const entry of listOf(run.history).map(fieldsOf)) {
    if (entry.role !== "user" || entry.is_demo === true) continue;
    const issue = issueIn(joinedText(entry.content));
    if (issue !== "") return issue;
  }
  const config = fieldsOf(jsonOf(run.replay_config) ?? run.replay_config);
  const problem = fieldsOf(config.problem_statement);
  return textOf(problem.text) || textOf(problem.github_url) || textOf(run.problem_statement);
}

export function issueIn(instructions: string): string {
  const text = instructions.replaceAll("\r\n", "\n");
  const tagged = ["pr_description", "issue", "problem_statement", "task"]
    .map((name) => ({ at: text.indexOf(`<${name}>`), content: elementOf(text, name) }))
    .filter(({ content }) => content !== undefined)
    .sort((a, b) => a.at - b.at)[0]?.content;
  const head = /(?:^|\n)ISSUE:\n/.exec(text);
  const headed = head ? aboveInstructions(text, head.index + head[0].length) : undefined;
  return (tagged ?? headed ?? aboveInstructions(text, 0) ?? "")
    .replace(/^\s*Consider the following PR description:\s*/, "")
    .trim();
}

/** The text from `from` to an `INSTRUCTIONS:` after an empty line. */
function aboveInstructions(text: string, from: number): string | undefined {
  const mark = "\nINSTRUCTIONS:";
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    const above = text.slice(from, at);
    const trimmed = above.trimEnd();
    if (above.includes("\n", trimmed.length)) return trimmed;
  }
  return undefined;
}

/** The steps of a run. If it kept only its conversation, each answer with the next message. */
export function stepsOf(run: Fields): Fields[] {
  if (Array.isArray(run.trajectory)) return run.trajectory.map(fieldsOf);
  const entries = listOf(run.history).map(fieldsOf);
  return entries.flatMap((entry, index) => {
    if (entry.role !== "assistant" || entry.is_demo === true) return [];
    const next = entries[index + 1] ?? {};
    const observation = withoutPrompt(joinedText(next.content).replace(/^OBSERVATION:\n/, ""));
    const thought = textOf(entry.thought) || joinedText(entry.content);
    return [{ thought, action: textOf(entry.action), observation }];
  });
}

/** Removes the end of an observation: the two lines of the shell's state and its `$`. */
function withoutPrompt(observation: string): string {
  const text = observation.trimEnd();
  let from = text.length;
  for (let lines = 0; lines < 3 && from >= 0; lines++) from = text.lastIndexOf("\n", from - 1);
  const start = text.indexOf("(Open file: ", from + 1);
  if (start < 0 || !/^[^\n]*\)\n\(Current directory: [^\n]*\)\n\S*\$$/.test(text.slice(start)))
    return observation;
  return text.slice(0, text[start - 1] === "\n" ? start - 1 : start);
}
