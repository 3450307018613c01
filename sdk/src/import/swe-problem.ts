/** What an SWE-agent run was asked to do. */
import { type Fields, fields_of, joined_text, json_of, list_of, text_of } from "./value.ts";

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
  const tagged = /<(pr_description|issue|problem_statement|task)>([\s\S]*?)<\/\1>/.exec(text)?.[2];
  const headed = /(?:^|\n)ISSUE:\n([\s\S]*?)\n\s*\nINSTRUCTIONS:/.exec(text)?.[1];
  const introduced = /^([\s\S]*?)\n\s*\nINSTRUCTIONS:/.exec(text)?.[1];
  return (tagged ?? headed ?? introduced ?? "")
    .replace(/^\s*Consider the following PR description:\s*/, "")
    .trim();
}

/** The steps; of a run that kept only its conversation, each answer and what came back. */
export function steps_of(run: Fields): Fields[] {
  if (Array.isArray(run.trajectory)) return run.trajectory.map(fields_of);
  const entries = list_of(run.history).map(fields_of);
  return entries.flatMap((entry, index) => {
    if (entry.role !== "assistant" || entry.is_demo === true) return [];
    const next = entries[index + 1] ?? {};
    const observation = joined_text(next.content)
      .replace(/^OBSERVATION:\n/, "")
      .replace(/\n?\(Open file: [^\n]*\)\n\(Current directory: [^\n]*\)\n\S*\$\s*$/, "");
    const thought = text_of(entry.thought) || joined_text(entry.content);
    return [{ thought, action: text_of(entry.action), observation }];
  });
}
